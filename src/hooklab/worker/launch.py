"""Starting workers: forked from a warm process, or spawned where that cannot be."""

import base64
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from hooklab.errors import HooklabError
from hooklab.texts import _
from hooklab.worker.descendants import SECONDS, is_stopped, kill_families
from hooklab.worker.isolation import hide
from hooklab.worker.job import Job, Message, messages
from hooklab.worker.proc import children

if TYPE_CHECKING:
    from hooklab.services import Settings

WARM_UP_SECONDS = 60
# How long an answer takes before somebody asks whether the warm process was stopped.
LOOK_SECONDS = 1
END_SECONDS = 15

# What Python itself needs, and the system on Windows. All else is the instructor's: a worker is a
# copy of this process and could find it in its memory.
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP")


class LauncherGone(HooklabError):
    """The process that starts the apps has ended, or does not answer any more."""


@dataclass
class Started:
    """A worker that was started: its process id, and our end of its control channel."""

    pid: int
    control: socket.socket


class Launcher(Protocol):
    """Something that starts and ends workers."""

    def start(self, job: Job, listener: socket.socket) -> Started:
        """Start a worker for `job` that will serve on `listener`."""

    def preload(self, folder: Path, settings: Path | None = None) -> None:
        """Import early what the submission in `folder` is going to import.

        Args:
            settings: the file in which the course describes the settings, see `load_settings`;
                HooklabError when it cannot be used.
        """

    def draw(self, settings: Path | None, seed: str) -> dict[str, str]:
        """Values for these settings, by the names of their variables; the seed decides them."""

    def prepare(self, count: int) -> None:
        """Be ready to start `count` workers at once, at the cost of their memory."""

    def end(self, pid: int) -> int:
        """Kill the worker with all that it started, and wait; its exit status, -N for signal N."""

    def forget(self, pid: int) -> None:
        """Kill the worker with all that it started, and do not wait."""

    def strays(self) -> set[int]:
        """Processes that answers have started and left behind, as far as they are known."""

    def close(self) -> None:
        """Give everything back."""


def start_launcher(*, debug: bool = False) -> Launcher:
    """The best launcher for this system; for debugging, one that keeps the terminal."""
    if not debug:
        hide()
    if debug or not hasattr(os, "fork") or os.environ.get("HOOKLAB_START") == "spawn":
        return SpawnLauncher(debug=debug)
    return ForkLauncher()


class ForkLauncher:
    """Forks workers from one warm process, in about a hundredth of a second each."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._channel = ours
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "hooklab.worker.forkserver", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=_environment(),
            # Ctrl-C is for the trusted side, which then ends the workers in order.
            start_new_session=True,
        )
        theirs.close()
        ours.settimeout(WARM_UP_SECONDS)
        self._answers: Iterator[Message] = messages(ours)
        self._warm = False
        self._started: set[int] = set()

    def start(self, job: Job, listener: socket.socket) -> Started:
        """Fork a worker; HooklabError when the warm process has gone."""
        request = json.dumps({"do": "fork", "job": vars(job)}).encode() + b"\n"
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                answer = self._ask(request, [listener.fileno(), theirs.fileno()])
            except HooklabError:
                ours.close()
                raise
        self._started.add(answer["pid"])
        return Started(answer["pid"], ours)

    def preload(self, folder: Path, settings: Path | None = None) -> None:
        """Import the settings and the kit's libraries that `folder` names, once for all workers."""
        if "fault" in self._tell("preload", folder=str(folder), settings=_text(settings)):
            _load(settings)

    def draw(self, settings: Path | None, seed: str) -> dict[str, str]:
        """Have the warm process draw: importing what it takes would take longer here."""
        answer = self._tell("draw", settings=_text(settings), seed=seed)
        values: dict[str, str] = answer["values"] if "values" in answer else _draw(settings, seed)
        return values

    def prepare(self, count: int) -> None:
        """Keep `count` processes waiting for a job; about 25 MB each."""
        self._tell("spare", count=count)

    def end(self, pid: int) -> int:
        """Kill the worker's whole session, then collect its exit status."""
        _kill_session(pid)
        return int(self._tell("status", pid=pid)["status"])

    def forget(self, pid: int) -> None:
        """Have the warm process end the worker's whole session when there is time."""
        self._tell("forget", pid=pid)

    def strays(self) -> set[int]:
        """What the warm process has adopted; also its spares, which do nothing."""
        return children(self._process.pid) - self._started

    def close(self) -> None:
        """End the warm process and with it every worker."""
        self._channel.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=END_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _tell(self, do: str, **more: object) -> dict[str, Any]:
        return self._ask(json.dumps({"do": do, **more}).encode() + b"\n", [])

    def _ask(self, request: bytes, descriptors: list[int]) -> dict[str, Any]:
        try:
            with self._lock:
                if not self._warm:
                    self._answer()
                    self._warm = True
                socket.send_fds(self._channel, [request], descriptors)
                return self._answer()
        except (OSError, StopIteration, ValueError) as error:
            raise LauncherGone(
                _("the process that starts the apps has ended ({error!r})").format(error=error),
                _("run the command again; if it happens twice, please report it"),
            ) from error

    def _answer(self) -> dict[str, Any]:
        """What it answers next; one that was stopped will not, and is killed: StopIteration."""
        deadline = time.monotonic() + WARM_UP_SECONDS
        while not select.select([self._channel], [], [], LOOK_SECONDS)[0]:
            if is_stopped(self._process.pid):
                self._process.kill()
            if time.monotonic() > deadline:
                break
        return next(self._answers)


def _kill_session(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    # A worker that has not reached setsid() yet is no group leader.
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


class SpawnLauncher:
    """Starts a fresh Python for every worker: slower, and it works everywhere.

    Args:
        debug: the worker keeps the terminal, so that `breakpoint()` stops in it.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, job: Job, listener: socket.socket) -> Started:
        """Spawn a worker and hand it the listening socket."""
        with socket.create_server(("127.0.0.1", 0)) as meeting:
            meeting.settimeout(WARM_UP_SECONDS)
            process = self._spawn(meeting.getsockname()[1], listener)
            self._processes[process.pid] = process
            control, _address = meeting.accept()
        request = {"job": vars(job), "listener": _share(listener, process.pid)}
        control.sendall(json.dumps(request).encode() + b"\n")
        return Started(process.pid, control)

    def preload(self, folder: Path, settings: Path | None = None) -> None:  # noqa: ARG002
        """A spawned process imports everything itself; the settings must be such that it can."""
        _load(settings)

    def draw(self, settings: Path | None, seed: str) -> dict[str, str]:
        """Draw in this process."""
        return _draw(settings, seed)

    def prepare(self, count: int) -> None:
        """A spawned process cannot wait for its job."""

    def end(self, pid: int) -> int:
        """Kill the worker; its exit status."""
        process = self._processes.pop(pid)
        if sys.platform == "linux" and not self._debug:
            kill_families([pid], time.monotonic() + SECONDS)
        elif hasattr(os, "killpg") and not self._debug:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        process.kill()
        return process.wait()

    def forget(self, pid: int) -> None:
        """Kill the worker; waiting for it costs nothing that matters here."""
        self.end(pid)

    def strays(self) -> set[int]:
        """Nobody adopts them here."""
        return set()

    def close(self) -> None:
        """End every worker."""
        for pid in list(self._processes):
            self.end(pid)

    def _spawn(self, port: int, listener: socket.socket) -> "subprocess.Popen[bytes]":
        inherited: dict[str, Any] = {}
        if sys.platform != "win32":
            inherited = {
                "pass_fds": [listener.fileno()],
                "start_new_session": not self._debug,
            }
        return subprocess.Popen(
            [sys.executable, "-I", "-m", "hooklab.worker.spawned", str(port)],
            stdin=None if self._debug else subprocess.DEVNULL,
            # A person at a breakpoint keeps what belongs to the terminal.
            env=None if self._debug else _environment(),
            **inherited,
        )


def _load(settings: Path | None) -> "type[Settings]":
    # Imported when it is needed, because pydantic takes a while to load.
    from hooklab.worker.course_settings import load_settings

    return load_settings(settings)


def _draw(settings: Path | None, seed: str) -> dict[str, str]:
    from hooklab.worker.course_settings import draw

    return draw(_load(settings), Random(seed))  # noqa: S311


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # SQLite asks once, long before there is an app, where to put temporary files: the working
    # directory, which is to be the app's home. It would choose a folder beyond the wall.
    return {**kept, "SQLITE_TMPDIR": "."}


def _text(path: Path | None) -> str | None:
    return str(path.resolve()) if path else None


def _share(listener: socket.socket, pid: int) -> int | str:
    if sys.platform == "win32":
        return base64.b64encode(listener.share(pid)).decode()
    return listener.fileno()
