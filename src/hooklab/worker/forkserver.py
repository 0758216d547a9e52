"""A warm process that has imported the libraries once and forks a worker for every app.

Run as `python -I -m hooklab.worker.forkserver FD`, where FD is its end of a socket pair. Each
request is a JSON line: {"do": "fork", "job": …} with two descriptors (the listening socket, the
worker's end of its control channel), or {"do": "status", "pid": …}. Where there is no fork, `spawn`
in `launch.py` starts a fresh process for every app instead.
"""

import gc
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import svix.webhooks  # noqa: F401 - imported so that no worker has to
import uvicorn.lifespan.on
import uvicorn.protocols.http.h11_impl  # noqa: F401
from sqlalchemy.dialects import sqlite  # noqa: F401

import hooklab.services
import hooklab.webhooks  # noqa: F401
from hooklab.worker import child
from hooklab.worker.job import LONGEST_LINE, Job
from hooklab.worker.warm_up import warm_up


def serve(channel: socket.socket) -> None:
    """Answer requests until the grader closes its end; then end every worker."""
    _warm_up()
    channel.sendall(b'{"event": "warm"}\n')
    living: set[int] = set()
    while True:
        line, descriptors = _receive(channel)
        if not line:
            break
        request = json.loads(line)
        if request["do"] == "fork":
            pid = _fork(channel, request["job"], descriptors)
            living.add(pid)
            answer: dict[str, Any] = {"pid": pid}
        else:
            living.discard(request["pid"])
            answer = {"status": _wait(request["pid"])}
        channel.sendall(json.dumps(answer).encode() + b"\n")
    for pid in living:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _warm_up() -> None:
    warm_up()
    with child.freeze(datetime.now(UTC), child.modules_that_tell_time()):
        pass
    # What exists now is shared with the workers; collecting it there would copy it.
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


def _fork(channel: socket.socket, job: dict[str, Any], descriptors: list[int]) -> int:
    pid = os.fork()
    if pid:
        for descriptor in descriptors:
            os.close(descriptor)
        return pid
    try:
        os.setsid()
        listener, control = (socket.socket(fileno=each) for each in descriptors)
        channel.close()
        child.run(Job(**job), listener, control)
    finally:
        os._exit(4)


def _wait(pid: int) -> int:
    """The exit status of a worker that has ended or is about to: -N for signal N."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return 0


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
