"""Grading on a real Redis server, where one is: databases of its own, and nobody else's touched."""

import os

import pytest
from redis import Redis
from redis.exceptions import RedisError

from hooklab.errors import HooklabError
from hooklab.grading.redis import CHECKS, MARK, RedisServers

PORT = int(os.environ.get("HOOKLAB_TEST_REDIS_PORT", "6379"))
FIRST = 5
ADDRESS = f"redis://127.0.0.1:{PORT}/{FIRST}"


def at(number):
    return Redis(port=PORT, db=number, decode_responses=True, socket_timeout=5)


@pytest.fixture(autouse=True)
def real():
    """A real server whose databases are empty before and after."""
    numbers = range(FIRST, FIRST + CHECKS + 1)
    try:
        sizes = [size_of(number) for number in numbers]
    except RedisError as error:
        pytest.skip(f"no Redis server on port {PORT} with {numbers[-1] + 1} databases: {error}")
    if any(sizes):
        pytest.skip(f"databases {FIRST} to {numbers[-1]} of port {PORT} are not empty")
    yield
    for number in numbers:
        with at(number) as client:
            client.flushdb()


def size_of(number):
    with at(number) as client:
        return client.dbsize()


@pytest.fixture
def servers():
    servers = RedisServers(ADDRESS)
    yield servers
    servers.close()


def test_each_check_has_an_empty_database_of_its_own(servers):
    one, two = servers.take(), servers.take()
    assert one.database != two.database
    for address in (one, two):
        assert FIRST < address.database <= FIRST + CHECKS
        with at(address.database) as client:
            assert client.dbsize() == 0
            client.set("a", "1")
    servers.give_back(one)
    again = [servers.take() for _check in range(CHECKS - 1)]
    assert one in again
    assert two not in again
    assert size_of(one.database) == 0
    assert size_of(two.database) == 1
    with pytest.raises(HooklabError, match="more than 7 checks"):
        servers.take()


def test_nothing_is_left_behind(servers):
    with at(servers.take().database) as client:
        client.set("a", "1")
    servers.close()
    assert [size_of(FIRST + each) for each in range(CHECKS + 1)] == [0] * (CHECKS + 1)


@pytest.mark.parametrize("number", [FIRST, FIRST + 3])
def test_a_database_with_somebodys_data_is_not_touched(number):
    with at(number) as client:
        client.set("theirs", "1")
        with pytest.raises(HooklabError) as caught:
            RedisServers(ADDRESS)
        assert client.get("theirs") == "1"
    assert f"database {number} of the Redis server is not empty" in caught.value.what
    assert "8 empty ones" in caught.value.hint


def test_what_a_killed_run_left_behind_is_used_again():
    with at(FIRST) as ledger, at(FIRST + 1) as left:
        ledger.sadd(MARK, FIRST + 1)
        left.set("old", "1")
        servers = RedisServers(ADDRESS)
        assert servers.take().database == FIRST + 1
        assert left.dbsize() == 0
        servers.close()
        ledger.sadd(MARK, FIRST + 1)
        ledger.set("theirs", "1")
        with pytest.raises(HooklabError, match="not empty"):
            RedisServers(ADDRESS)


def test_two_runs_at_once_are_refused(servers):
    for number in (FIRST, FIRST + 1):
        with pytest.raises(HooklabError, match="another grading run"):
            RedisServers(f"redis://127.0.0.1:{PORT}/{number}")


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("redis://127.0.0.1:1/5", "does not do as asked"),
        (f"redis://127.0.0.1:{PORT}/900", "does not do as asked"),
        ("redis://127.0.0.1/five", "is no address"),
        ("redis:///5", "is no address"),
        ("http://127.0.0.1/5", "is no address"),
        ("rediss://127.0.0.1/5", "is no address"),
    ],
)
def test_what_is_no_usable_server_is_explained(address, what):
    with pytest.raises(HooklabError) as caught:
        RedisServers(address)
    assert what in caught.value.what
    assert caught.value.hint


COUNT = """
    from fastapi import FastAPI
    from hooklab.services.redis import redis_client

    def create_app(settings):
        app, redis = FastAPI(), redis_client(settings)
        redis.incr("starts")

        @app.get("/")
        def server() -> list[str]:
            return [redis.get("starts"), redis.info("server")["redis_version"]]

        return app
"""

CHECKS_OF_SAMPLE = """
    import pytest

    @pytest.mark.parametrize("number", range(6))
    def test_fresh(lab, number):
        starts, version = lab.app.get("/").json
        assert (starts, version) == ("1", "VERSION")
        assert lab.redis.client.get("starts") == "1"
        with lab.redis.hold("command"):
            pass
        lab.redis.fail(refuse=True)
        lab.app.get("/").expect("5xx")
"""


def test_checks_run_on_the_real_server(sample):
    with at(0) as client:
        version = client.info("server")["redis_version"]
    sample.write_app(COUNT)
    sample.write(CHECKS_OF_SAMPLE.replace("VERSION", version), "fresh")
    result = sample.grade(redis=ADDRESS)["fresh"]
    assert result.outcome == "earned", result.message
    assert [size_of(FIRST + each) for each in range(CHECKS + 1)] == [0] * (CHECKS + 1)


def test_a_run_that_cannot_have_its_server_says_so(sample):
    sample.write_app(COUNT)
    sample.write("def test_fresh(lab): pass", "fresh")
    with pytest.raises(HooklabError, match="does not do as asked"):
        sample.grade(redis="redis://127.0.0.1:1/5")
