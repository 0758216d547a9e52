"""HTTP services over real connections: records, faults, holds."""

import http.client
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hooklab.world import HttpService, Reply, Setup
from hooklab.world.loop import shared_loop

# Makes close() send a reset instead of an orderly end.
LINGER_ZERO = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Counter(HttpService):
    """Counts what it was asked to count."""

    def __init__(self, setup):
        super().__init__(setup)
        self.total = 0

    def answer(self, call):
        if call.path == "/broken":
            raise ZeroDivisionError
        self.total += 1
        return Reply.json({"total": self.total, "got": len(call.body)}, status=201)


@pytest.fixture
def seen():
    return []


@pytest.fixture
def counter(clock, seen):
    setup = Setup("counter", clock, observe=lambda name, record: seen.append((name, record)))
    with Counter(setup) as counter:
        yield counter


@pytest.fixture
def pool():
    with ThreadPoolExecutor() as pool:
        yield pool


def test_a_call_is_recorded_whole(counter, call, clock):
    clock.advance(hours=3)
    status, headers, body = call(
        counter, "PUT", "/a%20b?x=1&x=2&y=", b'{"name": "Zo\xc3\xab"}', {"X-One": "1"}
    )
    assert (status, body) == (201, b'{"total": 1, "got": 16}')
    assert headers["content-type"] == "application/json"
    (record,) = counter.calls
    assert (record.method, record.path) == ("PUT", "/a b")
    assert record.query == {"x": ["1", "2"], "y": [""]}
    assert record.headers["x-one"] == "1"
    assert record.json == {"name": "Zoë"}
    assert record.received_at == clock()
    assert (record.done, record.status) == (True, 201)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000])
def test_a_body_that_is_not_json_reads_as_none(counter, call, body):
    call(counter, body=body)
    assert counter.calls[0].json is None


def test_a_connection_is_kept_for_further_calls(counter):
    connection = http.client.HTTPConnection("127.0.0.1", counter.port, timeout=5)
    for number in (1, 2, 3):
        connection.request("POST", f"/{number}", b"x")
        assert connection.getresponse().read() == b'{"total": %d, "got": 1}' % number
    connection.close()
    assert [each.path for each in counter.calls] == ["/1", "/2", "/3"]


def test_a_chunked_body_is_put_together(counter, call):
    call(counter, body=iter([b"one", b"two"]))
    assert counter.calls[0].body == b"onetwo"


def test_pipelined_requests_are_answered_in_order(counter, connect):
    client = connect(counter)
    request = b"POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
    client.sendall(
        request % 1 + request % 2 + request.replace(b"Host", b"Connection: close\r\nHost") % 3
    )
    answers = client.makefile("rb").read()
    assert answers.count(b"HTTP/1.1 201 Created") == 3
    assert [each.path for each in counter.calls] == ["/1", "/2", "/3"]


def test_a_client_that_expects_100_continue_gets_it(counter, connect):
    client = connect(counter)
    client.sendall(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    )
    assert client.recv(4096).startswith(b"HTTP/1.1 100")
    client.sendall(b"hi")
    assert client.recv(4096).startswith(b"HTTP/1.1 201")


def test_head_is_answered_without_a_body(counter, call):
    status, headers, body = call(counter, "HEAD")
    assert (status, headers["content-length"], body) == (201, "22", b"")


def test_a_body_over_the_limit_is_answered_413(counter, call):
    status, _, _ = call(counter, body=b"x" * ((1 << 20) + 1))
    assert status == 413
    assert counter.total == 0
    assert (counter.calls[0].body, counter.calls[0].status) == (b"", 413)


def test_a_body_of_exactly_the_limit_is_taken(counter, call):
    assert call(counter, body=b"x" * (1 << 20))[0] == 201


def test_a_service_that_breaks_answers_500(counter, call, caplog):
    assert call(counter, path="/broken")[0] == 500
    assert "ZeroDivisionError" in caplog.text
    assert not counter.calls[0].done


def test_an_observer_that_breaks_disturbs_nobody(clock, call, caplog):
    def observe(name, record):
        raise ZeroDivisionError

    with Counter(Setup("counter", clock, observe=observe)) as counter:
        assert call(counter)[0] == 201
    assert "the observer of counter failed" in caplog.text


def test_an_observer_that_would_wait_for_itself_is_told(clock, call, caplog):
    with Counter(Setup("counter", clock, observe=lambda *_: counter.close())) as counter:
        assert call(counter)[0] == 201
    assert "from its own loop" in caplog.text


def test_the_observer_sees_the_outcome_before_the_client_does(counter, seen, call):
    call(counter)
    assert seen == [("counter", counter.calls[0])]
    assert seen[0][1].status == 201


def test_refuse_breaks_open_connections_and_listens_to_no_new_ones(counter, call, connect):
    idle, port = connect(counter), counter.port
    counter.fail(refuse=True)
    with pytest.raises(ConnectionError):
        call(counter)
    assert idle.recv(1) == b"", "the connection is still open"
    counter.recover()
    assert counter.port == port
    assert call(counter)[0] == 201


def test_refuse_may_be_told_twice(counter, call):
    counter.fail(refuse=True)
    counter.fail(refuse=True)
    counter.recover()
    counter.recover()
    assert call(counter)[0] == 201


def test_a_service_survives_being_cut_off_and_mended_by_many_at_once(counter, call, pool):
    tellings = [lambda: counter.fail(refuse=True), counter.recover] * 20
    for future in [pool.submit(telling) for telling in tellings]:
        future.result()
    counter.recover()
    assert call(counter)[0] == 201


def test_an_observer_may_make_the_service_fail(clock, call):
    with Counter(Setup("counter", clock, observe=lambda *_: counter.fail(status=503))) as counter:
        assert [call(counter)[0] for _ in range(2)] == [201, 503]


def test_a_port_comes_back_without_a_reservation_too(clock, call, monkeypatch):
    monkeypatch.setattr("hooklab.world.service.CAN_RESERVE", False)
    with Counter(Setup("counter", clock)) as counter:
        counter.fail(refuse=True)
        with pytest.raises(ConnectionError):
            call(counter)
        counter.recover()
        assert call(counter)[0] == 201


def test_a_status_is_answered_as_often_as_told_and_no_work_done(counter, call):
    counter.fail(status=500, times=2)
    assert [call(counter)[0] for _ in range(3)] == [500, 500, 201]
    assert counter.total == 1
    assert [each.done for each in counter.calls] == [False, False, True]


def test_a_429_says_when_to_come_back(counter, call):
    counter.fail(status=429, retry_after=30)
    status, headers, _ = call(counter)
    assert (status, headers["retry-after"]) == (429, "30")


@pytest.mark.parametrize("status", [304, 418, 599])
def test_unusual_statuses_are_answered_too(counter, call, status):
    counter.fail(status=status)
    assert call(counter)[0] == status


def test_a_dropped_call_is_recorded_and_not_done(counter, call, seen):
    counter.fail(drop=True, times=1)
    with pytest.raises(ConnectionError):
        call(counter)
    (record,) = counter.calls
    assert (record.done, record.status, counter.total) == (False, None, 0)
    assert seen == [("counter", record)]
    assert call(counter)[0] == 201


def test_a_lost_answer_is_work_done(counter, call, seen):
    counter.fail(lost_answer=True, times=1)
    with pytest.raises(ConnectionError):
        call(counter)
    (record,) = counter.calls
    assert (record.done, record.status, counter.total) == (True, None, 1)
    assert seen == [("counter", record)]
    assert call(counter)[0] == 201


def test_a_slow_service_does_nothing_for_a_client_that_gives_up(counter, call, connect):
    counter.slow(60)
    client = connect(counter)
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    counter.calls.wait(1)
    client.close()
    counter.recover()
    assert call(counter)[0] == 201
    assert counter.total == 1
    assert [each.done for each in counter.calls] == [False, True]


def test_a_slow_service_answers_in_the_end(counter, call):
    counter.slow(0.01)
    assert call(counter)[0] == 201


def test_held_requests_wait_until_they_are_released(counter, call, pool):
    with counter.hold("request") as hold:
        futures = [pool.submit(call, counter) for _ in range(3)]
        assert hold.wait(3) == 3
        assert counter.total == 0
        assert [each.status for each in counter.calls] == [None] * 3
    assert [future.result()[0] for future in futures] == [201] * 3


def test_a_held_answer_is_work_done_and_not_yet_answered(counter, call, pool, seen):
    with counter.hold("answer") as hold:
        future = pool.submit(call, counter)
        assert hold.wait() == 1
        assert (counter.calls[0].done, counter.calls[0].status) == (True, None)
        assert not seen
    assert future.result()[0] == 201
    assert counter.calls[0].status == 201


@pytest.mark.parametrize("attempt", range(20))
@pytest.mark.parametrize("reset", [False, True])
def test_a_client_gone_before_the_release_finds_nothing_done(counter, connect, reset, attempt):
    hold = counter.hold("request")
    client = connect(counter)
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert hold.wait() == 1
    if reset:
        client.setsockopt(*LINGER_ZERO)
    client.close()
    hold.release()
    counter.close()
    assert counter.total == 0


@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_was_not_even_read_before_the_release_finds_nothing_done(
    counter, connect, reset
):
    hold = counter.hold("request")
    # As on a busy machine: the service comes late to what was sent before.
    shared_loop()._loop.call_soon_threadsafe(time.sleep, 0.3)
    with connect(counter) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        if reset:
            client.setsockopt(*LINGER_ZERO)
    hold.release()
    counter.hold("answer").wait(timeout=1.0)
    counter.close()
    assert counter.total == 0


def test_close_ends_held_conversations_without_doing_their_work(counter, call, pool):
    hold = counter.hold("request")
    future = pool.submit(call, counter)
    waiter = threading.Thread(target=hold.wait, kwargs={"count": 9, "timeout": 60})
    waiter.start()
    hold.wait()
    counter.close()
    waiter.join(timeout=5)
    assert not waiter.is_alive()
    with pytest.raises(ConnectionError):
        future.result(timeout=5)
    assert counter.total == 0


def test_a_closed_service_stays_closed(counter, call):
    counter.close()
    counter.close()
    counter.recover()
    with pytest.raises(ConnectionError):
        call(counter)
