"""After a run nothing is left: no process, no port, no folder, no thread, no descriptor."""

import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from hooklab import scratch
from hooklab.deadline import Deadline
from hooklab.grading.options import Options
from hooklab.grading.response import AppResponse, send
from hooklab.grading.run import grade
from hooklab.worker import launch
from hooklab.worker.forkserver import IDLE_SECONDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

FAMILY = """
    import os, subprocess, sys, threading, time
    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()

        @app.get("/family")
        def family() -> list[int]:
            for _ in range(20):
                threading.Thread(target=time.sleep, args=(3600,)).start()
            child = os.fork()
            if child == 0:
                while True:
                    time.sleep(3600)
            sleeper = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(3600)"
            sleepers = [
                subprocess.Popen([sys.executable, "-c", sleeper], start_new_session=away)
                for away in (False, True)
            ]
            return [os.getpid(), child, *(sleeper.pid for sleeper in sleepers)]

        return app
"""


def ask(port: int, path: str) -> AppResponse:
    return send(port, "GET", path, headers={}, body=b"", deadline=Deadline(5), request=path)


def wait_until(holds, seconds: float = 5):
    """Whether `holds()` becomes true: the system needs a moment to end what was killed."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return holds()


def state(pid: int) -> str:
    """A letter as `ps` shows it; Z, as of a dead one, for a process that is not there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def is_gone(pid: int) -> bool:
    return state(pid) == "Z"


@pytest.mark.parametrize("end", ["end", "forget"])
def test_children_end_with_their_app(start_slot, end):
    slot = start_slot(FAMILY)
    pids = ask(slot.port(0), "/family").json
    assert len(pids) == 4
    assert not any(is_gone(pid) for pid in pids)
    getattr(slot.workers[0], end)()
    assert wait_until(lambda: all(is_gone(pid) for pid in pids))


def test_a_port_is_free_after_its_check(start_slot):
    slot = start_slot(FAMILY)
    port = slot.port(0)
    slot.stop()

    def is_closed():
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            return True
        return False

    assert wait_until(is_closed)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_run_leaves_no_folder_thread_or_descriptor(
    toy, launcher, tmp_path, monkeypatch, request, database
):
    url = None
    if database == "postgresql":
        request.getfixturevalue("postgres")
        url = sys.modules["tests.conftest"].POSTGRES

    def run():
        options = Options(solutions=True, database=url)
        return grade(toy, ["knock", "ledger"], options, launcher=launcher)

    def belongings():
        threads = [thread.name for thread in threading.enumerate()]
        # The event loop's own pool grows up to its bound when it is busy, and stays.
        ours = [name for name in threads if not name.startswith("asyncio_")]
        return len(list(Path("/proc/self/fd").iterdir())), len(ours)

    # What the first run compiles of the graders stays until this process ends.
    assert run().earned == 5.5
    before = belongings()
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(scratch, "_MEMORY", memory)
    assert run().earned == 5.5
    assert list(memory.iterdir()) == []
    assert wait_until(lambda: belongings() <= before), (before, belongings())


def test_a_closed_launcher_takes_its_apps_along(write_app, tmp_path, monkeypatch):
    from hooklab.grading.database import SqliteServer
    from hooklab.grading.slot import Ground, Slot

    own = launch.start_launcher()
    slot = Slot(
        Ground(write_app(FAMILY), tmp_path, own, SqliteServer(), seed=0), check="engine/check"
    )
    slot.start()
    pid = slot.workers[0].pid
    assert not is_gone(pid)
    own.close()
    assert wait_until(lambda: is_gone(pid))
    slot.stop()
    slot.remove()


CROWD = """
    import os, time
    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()

        @app.get("/crowd")
        def crowd() -> list[int]:
            pids = []
            for number in range(60):
                pids.append(os.fork())
                if pids[-1] == 0:
                    if number % 3 == 0:
                        os.setsid()
                    time.sleep(3600)
            return pids

        return app
"""


@pytest.mark.parametrize("spares", [0, 1])
def test_a_crowd_has_ended_when_it_is_forgotten(start_slot, spares):
    own = launch.start_launcher()
    try:
        own.prepare(spares)
        slot = start_slot(CROWD, by=own)
        pids = ask(slot.port(0), "/crowd").json
        assert len(pids) == 60
        assert not any(map(is_gone, pids))
        slot.workers[0].forget()
        assert all(map(is_gone, pids))
    finally:
        own.close()


def test_where_there_are_pauses_an_app_stops_and_ends_in_the_next_one(start_slot):
    own = launch.start_launcher()
    try:
        own.prepare(1)
        slot = start_slot(FAMILY, by=own)
        pid = slot.workers[0].pid
        slot.workers[0].forget()
        assert state(pid) == "T"
        assert wait_until(lambda: is_gone(pid), IDLE_SECONDS + 5)
    finally:
        own.close()
