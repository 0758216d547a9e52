"""A worker in a fresh process, for systems without fork and for debugging.

Run as `python -I -m hooklab.worker.spawned PORT`: it connects to the trusted side on that
loopback port; the first line that it reads there is the job and the way to the listening socket.
"""

import base64
import json
import socket
import sys

from hooklab.worker import child, inside
from hooklab.worker.job import Job


def _adopt(listener: int | str) -> socket.socket:
    """The listening socket: an inherited descriptor, or what Windows' share() wrote."""
    if isinstance(listener, int):
        return socket.socket(fileno=listener)
    return socket.fromshare(base64.b64decode(listener))  # type: ignore[attr-defined,no-any-return,unused-ignore]


def _first_line(control: socket.socket) -> bytes:
    # Byte by byte: what follows the line belongs to the worker.
    line = b""
    while not line.endswith(b"\n"):
        byte = control.recv(1)
        if not byte:
            raise SystemExit("the trusted side left before it sent a job")
        line += byte
    return line


if __name__ == "__main__":
    channel = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    request = json.loads(_first_line(channel))
    child.run(Job(**request["job"]), _adopt(request["listener"]), channel, inside.install())
