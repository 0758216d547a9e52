"""The vocabulary itself: what can be asked for, and what cannot."""

import asyncio
import threading
import time
from concurrent.futures import Future

import pytest

from hooklab.deadline import Deadline, MachineTooSlow, Usage
from hooklab.world import faults as faults_module
from hooklab.world.faults import AFTERWARDS, NO_FAULT, Fault, Faults, Hold


class Bare(Faults):
    points = ("request", "answer")
    statuses = range(300, 600)
    has_retry_after = True

    def __init__(self):
        super().__init__()
        self.listening = True

    def _catch_up(self):
        pass

    def _stop_listening(self):
        self.listening = False

    def _listen_again(self):
        self.listening = True


@pytest.fixture
def faults():
    return Bare()


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ({}, "exactly one of"),
        ({"drop": True, "lost_answer": True}, "exactly one of"),
        ({"refuse": True, "status": 500}, "exactly one of"),
        ({"refuse": True, "times": 2}, "leave times out"),
        ({"status": 200}, "use a code from 300 to 599"),
        ({"drop": True, "retry_after": 3}, "goes with an HTTP status"),
        ({"status": 500, "times": 0}, "one or more"),
    ],
)
def test_an_impossible_fault_is_refused_with_advice(faults, arguments, advice):
    with pytest.raises(ValueError, match=advice):
        faults.fail(**arguments)
    assert faults.take() == NO_FAULT


def test_retry_after_is_refused_where_the_protocol_has_none(faults):
    faults.has_retry_after = False
    with pytest.raises(ValueError, match="goes with an HTTP status"):
        faults.fail(status=429, retry_after=3)


def test_an_unknown_point_is_refused_with_those_there_are(faults):
    with pytest.raises(ValueError, match="use one of request, answer"):
        faults.hold("connect")


def test_a_negative_slowness_is_refused(faults):
    with pytest.raises(ValueError, match="zero or more"):
        faults.slow(-1)


def test_a_counted_fault_recovers_by_itself(faults):
    faults.fail(status=500, times=2)
    assert [faults.take().status for _ in range(3)] == [500, 500, None]


def test_an_uncounted_fault_holds_until_recovery(faults):
    faults.fail(drop=True)
    assert [faults.take().drop for _ in range(3)] == [True] * 3
    faults.recover()
    assert faults.take() == NO_FAULT


def test_the_latest_fault_replaces_the_one_before(faults):
    faults.fail(refuse=True)
    assert not faults.listening
    faults.fail(status=503)
    assert faults.listening
    assert faults.take() == Fault(status=503)


def test_a_fault_that_does_not_match_is_not_counted(faults):
    faults.fail(status=500, times=1)
    assert faults.take(lambda fault: fault.drop) == NO_FAULT
    assert faults.take().status == 500


def test_a_hold_tells_how_many_wait_when_time_runs_out():
    assert Hold("request").wait(count=1, timeout=0) == 0


def test_a_hold_waits_on_for_a_request_that_is_not_answered():
    hold, request = Hold("request"), Future()
    answered = threading.Timer(0.1, request.set_result, [None])
    answered.start()
    started = time.monotonic()
    assert hold.wait(timeout=60, during=[request]) == 0
    assert 0.1 <= time.monotonic() - started < 30


def test_a_background_task_may_come_to_a_hold_after_the_answer():
    hold, request = Hold("request"), Future()
    request.set_result(None)

    async def comes_late():
        found = asyncio.create_task(asyncio.to_thread(hold.wait, timeout=60, during=[request]))
        await asyncio.sleep(AFTERWARDS / 8)
        waiting = asyncio.create_task(hold.stop())
        assert await found == 1
        hold.release()
        await waiting

    asyncio.run(comes_late())


def test_a_released_hold_stops_nobody_and_keeps_nobody_waiting():
    hold = Hold("request")
    waiter = threading.Thread(target=hold.wait, kwargs={"count": 5, "timeout": 60})
    waiter.start()
    hold.release()
    hold.release()
    waiter.join(timeout=5)
    assert not waiter.is_alive()
    asyncio.run(asyncio.wait_for(hold.stop(), timeout=5))


@pytest.mark.parametrize(("queued", "raises"), [(1.0, True), (0.0, False)])
def test_a_client_that_gave_up_while_the_machine_was_busy_proves_nothing(
    monkeypatch, queued, raises
):
    monkeypatch.setattr(faults_module, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(faults_module, "_QUEUED_SECONDS", 0.05)

    def usage():
        return Usage({1: 0.0}, {1: queued * time.monotonic()})

    hold = Hold("request", lambda seconds: Deadline(seconds, usage))

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(hold.stop(), 0.3)

    asyncio.run(give_up())
    hold.let_go()
    if raises:
        with pytest.raises(MachineTooSlow, match="given up a call"), hold:
            pass
    else:
        hold.release()
