"""A warm process that has imported the libraries once and forks a worker for every app.

Run as `python -I -m hooklab.worker.forkserver FD`, where FD is its end of a socket pair. Each
request is one JSON line, and so is each answer:

- {"do": "fork", "job": …} with two descriptors (the listening socket, the worker's end of its
  control channel) is answered {"pid": …};
- {"do": "preload", "folder": …, "settings": …} imports the kit's libraries that the submission
  names, and the settings that the course describes in that file: {};
- {"do": "draw", "settings": …, "seed": …} draws values for these: {"values": …};
- {"do": "status", "pid": …} waits for a worker that was killed or has ended: {"status": …};
- {"do": "forget", "pid": …} ends it with all that it started, now or in the next pause: {};
- {"do": "spare", "count": …} asks for workers that wait for a job, made while nothing else is to
  do; it is answered {}.

What is asked about settings that cannot be used is answered {"fault": true}.

Where there is no fork, `SpawnLauncher` in `launch.py` starts a fresh process for every app instead.
"""

import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import svix.webhooks  # noqa: F401 - imported so that no worker has to
import uvicorn.lifespan.on
import uvicorn.protocols.http.h11_impl  # noqa: F401
from sqlalchemy.dialects import sqlite  # noqa: F401

from hooklab.errors import HooklabError
from hooklab.worker import child, clock, inside, wall
from hooklab.worker.course_settings import draw, load_settings
from hooklab.worker.descendants import SECONDS, end_all, kill_families
from hooklab.worker.isolation import hide
from hooklab.worker.job import LONGEST_LINE, Job
from hooklab.worker.preload import preload
from hooklab.worker.proc import children
from hooklab.worker.warm_up import warm_up

# A person who types leaves pauses far longer than this.
IDLE_SECONDS = 1.0

# About what it takes a spare to get ready.
SPARE_SECONDS = 0.05


@dataclass(frozen=True)
class Waiting:
    """A forked process that waits for its job."""

    pid: int
    channel: socket.socket


class ForkServer:
    """The state of the warm process.

    Args:
        channel: its end of the socket pair.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._living: set[int] = set()
        self._stopped: set[int] = set()
        self._dying: set[int] = set()
        self._spares: list[Waiting] = []
        self._wanted = 0
        self._preloaded: list[str] = []
        # Once for all workers: it takes a millisecond.
        self._instruments = inside.install()

    def serve(self) -> None:
        """Answer requests until the trusted side closes its end; then end every worker."""
        _adopt_orphans()
        hide()
        wall.survey()
        _warm_up()
        # Whoever closes the other end in the middle of an answer has lost interest in it.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._channel.sendall(b'{"event": "warm"}\n')
            self._answer_all()
        for pid in self._known():
            _signal_session(pid, signal.SIGKILL)
        for pid in self._living | self._dying:
            _wait(pid)
        self._kill_orphans()

    def _answer_all(self) -> None:
        while True:
            self._clean_up()
            self._use_the_pause()
            line, descriptors = _receive(self._channel)
            if not line:
                return
            try:
                answer = self._answer(json.loads(line), descriptors)
            except HooklabError:
                # The trusted side finds the same fault, and tells it in the language of the reader.
                answer = {"fault": True}
            self._channel.sendall(json.dumps(answer).encode() + b"\n")

    def _clean_up(self) -> None:
        """Wait for forgotten workers while no request comes; then end what they left behind."""
        self._bury()
        while self._dying and not self._is_asked(within=0.02):
            self._bury()
        self._kill_orphans()

    def _is_asked(self, within: float) -> bool:
        return bool(select.select([self._channel], [], [], within)[0])

    def _known(self) -> set[int]:
        return self._living | self._dying | {spare.pid for spare in self._spares}

    def _kill_orphans(self) -> None:
        """End what workers have left behind in sessions of their own."""
        end_all(lambda: children(os.getpid()) - self._known())

    def _answer(self, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        match request["do"]:
            case "fork":
                return {"pid": self._start(request["job"], descriptors)}
            case "preload":
                load_settings(request["settings"])
                self._preload(Path(request["folder"]))
                return {}
            case "draw":
                kind = load_settings(request["settings"])
                return {"values": draw(kind, Random(request["seed"]))}  # noqa: S311
            case "spare":
                self._wanted = request["count"]
                return {}
            case "forget":
                self._forget(request["pid"])
                return {}
            case _:
                self._living.discard(request["pid"])
                return {"status": _wait(request["pid"])}

    def _bury(self) -> None:
        """Collect the forgotten workers that have ended by now."""
        for pid in list(self._dying):
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            self._dying.discard(pid)
            self._living.discard(pid)

    def _start(self, job: dict[str, Any], descriptors: list[int]) -> int:
        waiting = self._spares.pop() if self._spares else self._fork(spare=False)
        with waiting.channel:
            socket.send_fds(waiting.channel, [json.dumps(job).encode() + b"\n"], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._living.add(waiting.pid)
        return waiting.pid

    def _preload(self, folder: Path) -> None:
        loaded = preload(folder)
        if not loaded:
            return
        self._preloaded += loaded
        clock.take_stock(self._preloaded)
        gc.collect()
        gc.freeze()
        # Those that wait know nothing of it.
        for spare in self._spares:
            spare.channel.close()
            self._dying.add(spare.pid)
        self._spares.clear()

    def _forget(self, pid: int) -> None:
        """End a worker, or stop it now and end it in the next pause, where there are pauses.

        Giving back its memory takes the system about as long as starting it.
        """
        if children(pid):
            self._end_family(pid)
        elif len(self._stopped) < self._wanted and _stop(pid):
            self._stopped.add(pid)
        else:
            self._kill(pid)

    def _end_family(self, pid: int) -> None:
        """End a worker that has started others, and all of them, before anything else goes on.

        Hundreds take a busy machine seconds, and no run must be over while they are there.
        """
        kill_families([pid], time.monotonic() + SECONDS)
        _wait(pid)
        self._living.discard(pid)
        self._kill_orphans()

    def _kill(self, pid: int) -> None:
        # After what is urgent.
        with suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PGRP, pid, 19)
        _signal_session(pid, signal.SIGKILL)
        self._dying.add(pid)

    def _use_the_pause(self) -> None:
        """After a moment without a request: end what is stopped, and make spares."""
        patience = IDLE_SECONDS
        while self._stopped or len(self._spares) < self._wanted:
            if self._is_asked(within=patience):
                return
            while self._stopped:
                self._kill(self._stopped.pop())
            self._clean_up()
            if len(self._spares) < self._wanted:
                self._spares.append(self._fork(spare=True))
            # One at a time: an unused core is theirs, a busy one is somebody else's.
            patience = SPARE_SECONDS

    def _fork(self, *, spare: bool) -> Waiting:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            _become_worker(theirs, self._instruments, spare=spare)
        theirs.close()
        return Waiting(pid, ours)


def _adopt_orphans() -> None:
    """Become the parent of whatever outlives its own parent below this process (Linux)."""
    if sys.platform == "linux":
        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def _become_worker(
    channel: socket.socket, instruments: inside.Instruments, *, spare: bool
) -> NoReturn:
    try:
        os.setsid()
        _close_all_but(channel.fileno())
        if spare:
            # Using the libraries copies the memory that they share with the parent: now, not when
            # somebody waits.
            _warm_up()
        line, descriptors = _receive(channel)
        channel.close()
        if line:
            listener, control = (socket.socket(fileno=each) for each in descriptors)
            child.run(Job(**json.loads(line)), listener, control, instruments)
    finally:
        os._exit(4)


def _close_all_but(kept: int) -> None:
    """Close what the worker must not inherit; standard input, output and error stay."""
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))


def _warm_up() -> None:
    warm_up()
    clock.rehearse(datetime.now(UTC))
    # What exists now stays; looking through it for garbage would copy what is shared.
    gc.collect()
    gc.freeze()


def _receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    line, descriptors, _flags, _address = socket.recv_fds(channel, LONGEST_LINE, 2)
    while line and not line.endswith(b"\n"):
        more = channel.recv(LONGEST_LINE)
        if not more:
            return b"", descriptors
        line += more
    return line, descriptors


def _signal_session(pid: int, number: signal.Signals) -> None:
    """Send a signal to a worker and to all that it started in its session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
    # A worker that has not reached setsid() yet is no group leader.
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _stop(pid: int) -> bool:
    """Stop a worker and all that it started; False when it has ended before that."""
    _signal_session(pid, signal.SIGSTOP)
    # Still running for a moment, it would see that the trusted side hangs up, and end after all.
    found = os.waitid(os.P_PID, pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
    return found is not None and found.si_code == os.CLD_STOPPED


def _wait(pid: int) -> int:
    """The exit status of a worker that has ended or is about to: -N for signal N."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return 0


if __name__ == "__main__":
    ForkServer(socket.socket(fileno=int(sys.argv[1]))).serve()
