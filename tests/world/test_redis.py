"""Redis with its own client, over the wire; and the same against a real server, where one is."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from redis import Redis
from redis import exceptions as failed
from redis.exceptions import ResponseError

from hooklab.services import Settings
from hooklab.services.redis import redis_client
from hooklab.world import World
from hooklab.world.redis_upstream import Address

REAL = os.environ.get("HOOKLAB_TEST_REDIS_PORT", "6379")
# Far from what people use, and never flushed unless it was empty.
DATABASE = 14


class RealUpstream:
    """A database of the real server that is empty before and after."""

    def open(self):
        return Address("127.0.0.1", int(REAL), DATABASE)

    def close(self):
        with Redis(port=int(REAL), db=DATABASE) as client:
            client.flushdb()


@pytest.fixture(params=["fake", "real"])
def world(request, clock, seen):
    upstream = None
    if request.param == "real":
        try:
            with Redis(port=int(REAL), db=DATABASE, socket_timeout=5) as client:
                occupied = client.dbsize()
        except (failed.ConnectionError, failed.TimeoutError, ResponseError) as error:
            pytest.skip(f"no Redis server on port {REAL} with {DATABASE + 1} databases: {error}")
        if occupied:
            pytest.skip(f"database {DATABASE} of the Redis server on port {REAL} is not empty")
        upstream = RealUpstream()
    observe = lambda name, record: seen.append((name, record))  # noqa: E731
    with World(now=clock, seed=7, on_record=observe, redis=upstream) as world:
        yield world


@pytest.fixture
def client(world):
    with redis_client(Settings(redis_url=world.redis.url)) as client:
        yield client


def test_what_is_written_is_read(world, client):
    assert client.set("greeting", "Grüße") is True
    assert client.get("greeting") == "Grüße"
    assert client.incr("count") == 1
    assert client.hset("hash", mapping={"a": "1", "b": "2"}) == 2
    assert client.hgetall("hash") == {"a": "1", "b": "2"}
    assert client.expire("count", 3600) is True
    assert 0 < client.ttl("count") <= 3600
    assert client.zadd("scores", {"ada": 3.5}) == 1
    assert client.zrange("scores", 0, -1, withscores=True) in ([("ada", 3.5)], [["ada", 3.5]])
    assert client.get("nothing") is None


def test_an_error_is_answered_and_the_connection_stays(world, connect):
    with connect(world.redis) as person:
        for _attempt in range(2):
            person.sendall(b"SADD a 1\r\n")
            person.recv(100)
            person.sendall(b"GET a\r\n")
            assert person.recv(100).startswith(b"-WRONGTYPE Operation against a key")
        person.sendall(b"NOSUCH\r\n")
        assert person.recv(100).startswith(b"-ERR unknown command")


def test_a_pipeline_is_one_conversation(world, client):
    world.redis.fail(drop=True, times=1)
    with pytest.raises(failed.ConnectionError):
        client.pipeline(transaction=True).set("a", "1").get("a").execute()
    assert client.pipeline(transaction=True).set("a", "1").get("a").execute() == [True, "1"]
    names = [command.name for command in world.redis.commands]
    assert names == ["MULTI", "SET", "GET", "EXEC"] * 2
    assert [command.done for command in world.redis.commands] == [False] * 4 + [True] * 4


def test_a_large_value_comes_in_pieces(world, client):
    large = "x" * 1_000_000
    client.set("large", large)
    assert client.get("large") == large


def test_introductions_are_no_work(world, client, clock, seen):
    client.get("a")
    [command] = world.redis.commands
    assert (command.name, command.words, command.done) == ("GET", (b"GET", b"a"), True)
    assert command.received_at == clock()
    assert seen == [("redis", command)]


def test_a_grader_only_looks(world, client):
    client.set("a", "1")
    assert world.redis.client.get("a") == "1"
    assert list(world.redis.client.scan_iter()) == ["a"]
    for change in (
        lambda reader: reader.set("a", "2"),
        lambda reader: reader.flushdb(),
        lambda reader: reader.config_get("*"),
        lambda reader: reader.pipeline(),
    ):
        with pytest.raises(ValueError, match=r"only (read|look)"):
            change(world.redis.client)
    assert client.get("a") == "1"


def test_a_wiped_server_is_empty(world, client):
    client.set("a", "1")
    world.redis.wipe()
    assert client.get("a") is None


def test_refused_connections_recover_with_their_data(world, client):
    client.set("a", "1")
    world.redis.fail(refuse=True)
    with pytest.raises(failed.ConnectionError):
        client.get("a")
    assert world.redis.client.get("a") == "1"
    world.redis.recover()
    assert client.get("a") == "1"


def test_a_dropped_command_is_not_done_and_a_lost_answer_is(world, client):
    world.redis.fail(drop=True, times=1)
    with pytest.raises(failed.ConnectionError):
        client.incr("a")
    assert world.redis.client.get("a") is None
    world.redis.fail(lost_answer=True, times=1)
    with pytest.raises(failed.ConnectionError):
        client.incr("a")
    assert world.redis.client.get("a") == "1"
    assert client.incr("a") == 2


def test_a_slow_server_does_nothing_for_who_gives_up(world, client):
    world.redis.slow(30)
    impatient = Redis.from_url(world.redis.url, socket_timeout=0.1, retry=None)
    with impatient, pytest.raises(failed.TimeoutError):
        impatient.incr("a")
    world.redis.recover()
    client.ping()
    assert world.redis.client.get("a") is None


@pytest.mark.parametrize(("point", "done"), [("command", None), ("answer", "1")])
def test_a_held_command_waits(world, client, point, done):
    with world.redis.hold(point) as hold:
        answer = []
        asking = threading.Thread(target=lambda: answer.append(client.incr("a")))
        asking.start()
        assert hold.wait(1) == 1
        assert world.redis.client.get("a") == done
        assert answer == []
    asking.join(timeout=5)
    assert answer == [1]


@pytest.mark.parametrize("fault", [{"status": 500}, {}])
def test_what_redis_cannot_do_is_explained(world, fault):
    with pytest.raises(ValueError, match="drop"):
        world.redis.fail(**fault)


def test_the_app_has_one_database_and_no_administration(world, client):
    client.set("a", "1")
    assert client.execute_command("SELECT", 0) in (True, "OK", b"OK")
    assert client.get("a") == "1"
    for command in (["SELECT", "1"], ["CONFIG", "GET", "*"], ["SHUTDOWN"], ["SWAPDB", "0", "1"]):
        with pytest.raises(ResponseError, match="unknown command"):
            client.execute_command(*command)
        assert client.get("a") == "1"
    client.flushall()
    assert client.get("a") is None


@pytest.mark.parametrize(
    "garbage", [b"*x\r\n", b"*1\r\n+PING\r\n", b"*99999999999\r\n", b"GET / \n"]
)
def test_what_is_not_redis_ends_the_connection_only(world, client, connect, garbage):
    with connect(world.redis) as hostile:
        hostile.sendall(garbage + b"QUIT\r\n")
        hostile.shutdown(socket.SHUT_WR)
        while hostile.recv(1000):
            pass
    assert client.ping()


def test_an_inline_command_is_understood(world, connect):
    with connect(world.redis) as person:
        person.sendall(b"\r\nPING\r\n")
        assert person.recv(100) == b"+PONG\r\n"


def test_a_connection_takes_only_so_much(world, client, monkeypatch):
    monkeypatch.setattr(world.redis, "_room", 1000)
    client.set("a", "x" * 900)
    with pytest.raises(failed.ConnectionError):
        client.set("b", "x" * 900)
    assert world.redis.client.get("b") is None


@pytest.mark.parametrize(
    "command", [("SETRANGE", "a", 1001, "x"), ("SETBIT", "a", 8008, 1), ("SRANDMEMBER", "a", -1001)]
)
def test_what_a_command_asks_for_counts_as_sent(world, client, monkeypatch, command):
    name, key, place, *value = command
    client.execute_command(name, key, place // 2, *value)
    monkeypatch.setattr(world.redis, "_room", 1000)
    with pytest.raises(failed.ConnectionError):
        client.execute_command(*command)


def test_worlds_share_no_data(clock, client):
    client.set("a", "1")
    with (
        World(clock, seed=7) as other,
        redis_client(Settings(redis_url=other.redis.url)) as next_one,
    ):
        assert next_one.get("a") is None


def test_a_closed_world_ends_its_server(world, client):
    client.ping()
    address = world.redis.address()
    before = time.perf_counter()
    world.close()
    assert time.perf_counter() - before < 1
    with pytest.raises(failed.ConnectionError):
        client.ping()
    if address.port != int(REAL):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address.host, address.port), timeout=5)


def test_a_world_that_nobody_connects_to_imports_nothing():
    program = """
import sys
from datetime import datetime
from hooklab.world import World
with World(datetime.now, seed=1) as world:
    assert world.redis.url
    assert not {"redis", "fakeredis", "standardwebhooks", "stripe"} & set(sys.modules)
    assert world.redis.client.get("a") is None
    assert {"redis", "fakeredis"} < set(sys.modules)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_script_runs_as_one_command(world, client):
    count = client.register_script(
        "local n = redis.call('INCR', KEYS[1]) redis.call('PEXPIRE', KEYS[1], ARGV[1]) return n"
    )
    assert [count(keys=["signups"], args=[60_000]) for _time in range(2)] == [1, 2]
    assert client.pttl("signups") > 0


@pytest.mark.parametrize("world", ["fake"], indirect=True)
@pytest.mark.parametrize(
    "script",
    [
        "return python.eval('1')",
        "return os.getenv('HOME')",
        "return io.open('/etc/passwd')",
        "return redis.log.__globals__",
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local t = {} for i = 1, 40 do t = {t, t} end return t",
        "\x1bLua",
        "while true do string.rep('x', 1000000):reverse() end",
        "return redis.call('SetRange', 'a', 500000000, 'x')",
    ],
)
def test_a_script_reaches_nothing_outside_and_ends(world, client, script):
    with pytest.raises(ResponseError):
        client.eval(script, 0)
    assert client.eval("return 1", 0) == 1
