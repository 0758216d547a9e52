"""The world as a whole: what starts, what closes, and how fast."""

import socket
import subprocess
import sys
import threading
import time

import pytest

import hooklab.world
from hooklab.errors import HooklabError
from hooklab.world import World
from hooklab.world.loop import shared_loop


def test_only_what_is_asked_for_starts(world):
    assert world.listeners() == {}
    port = world.slack.port
    assert world.listeners() == {"slack": port}
    assert world.slack is world.slack
    mail = world.mail
    assert world.listeners() == {"slack": port, "mail": mail.port}


def test_a_world_without_a_clerk_says_how_to_have_one(clock):
    with World(clock, seed=1) as world, pytest.raises(ValueError, match="backend_api="):
        _ = world.clerk_api


def test_a_service_takes_the_port_it_is_given(clock, world, call):
    port = world.slack.port
    world.close()
    with World(clock, seed=1, ports={"slack": port}) as fixed:
        assert fixed.slack.url == f"http://127.0.0.1:{port}"
        fixed.slack.fail(refuse=True)
        fixed.slack.recover()
        assert call(fixed.slack)[0] == 404


def test_a_taken_port_is_explained(clock, world):
    port = world.slack.port
    with World(clock, seed=1, ports={"mail": port}) as second:
        with pytest.raises(HooklabError) as caught:
            _ = second.mail
        assert second.listeners() == {}
    assert f"mail cannot listen on port {port}" in caught.value.what
    assert str(port) in caught.value.hint


def test_a_port_is_kept_while_connections_are_refused(clock, world):
    world.slack.fail(refuse=True)
    port = world.slack.port
    with World(clock, seed=1) as other:
        assert other.slack.port != port
    world.slack.recover()


def test_close_ends_every_service(world, call):
    services = [world.mail, world.slack, world.clerk_api]
    world.close()
    world.close()
    for service in services:
        with pytest.raises(ConnectionRefusedError):
            call(service)


def test_worlds_do_not_share_anything(clock, world, call):
    with World(clock, seed=7) as other:
        other.slack.fail(status=500)
        call(other.slack)
        assert call(world.slack)[0] == 404
        assert len(other.slack.calls) == len(world.slack.calls) == 1


def test_a_fresh_world_costs_milliseconds(clock):
    """Far more generous than the 0.5 ms measured: it is there to catch a poll or a time-out."""
    started = time.perf_counter()
    for _ in range(20):
        with World(clock, seed=1) as world:
            _ = world.mail, world.slack
    assert (time.perf_counter() - started) / 20 < 0.05


def test_all_worlds_share_one_thread(clock, world):
    _ = world.mail
    before = threading.active_count()
    with World(clock, seed=1) as other:
        _ = other.mail, other.slack
        assert threading.active_count() == before


def test_the_loop_starts_again_after_it_was_closed():
    first = shared_loop()
    first.close()
    first.close()
    assert shared_loop() is not first
    assert shared_loop().alive


def test_an_unclosed_world_ends_with_its_process_in_silence():
    program = """
import socket
from datetime import datetime
from hooklab.world import World
world = World(datetime.now, seed=1)
world.mail.hold("connect")
world.slack.hold("request")
open_ones = [socket.create_connection(("127.0.0.1", s.port)) for s in (world.mail, world.slack)]
open_ones[1].sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
world.slack.calls.wait(1)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_public_name_exists():
    assert all(hasattr(hooklab.world, name) for name in hooklab.world.__all__)
    assert hooklab.world.__all__ == sorted(hooklab.world.__all__)


def test_many_services_start_together(world, call):
    mail = world.mail
    world.start("slack", "mail", "mobile", "admin")
    assert list(world.listeners()) == ["mail", "slack", "mobile", "admin"]
    assert world.mail is mail
    assert call(world.mobile)[0] == 400
    world.close()
    for service in (world.slack, world.mobile, world.admin):
        with pytest.raises(ConnectionRefusedError):
            call(service)


def test_none_of_many_starts_when_one_port_is_taken(clock, world):
    ports = {"admin": world.slack.port}
    with World(clock, seed=1, ports=ports) as second:
        with pytest.raises(HooklabError, match="admin cannot listen"):
            second.start("mobile", "admin")
        assert second.listeners() == {}
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", second.mobile.port), timeout=5)
