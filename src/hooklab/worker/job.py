"""What the trusted side tells a worker, and the JSON lines that pass between them."""

import json
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hooklab.limits import DEFAULTS

# A worker is not trusted to keep its answers short.
LONGEST_LINE = 64 * 1024

# Not on Windows.
ASK_FOR_FRAMES = getattr(signal, "SIGUSR1", 0)
END_OF_FRAMES = "end of frames\n"

Message = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """Everything that a worker needs to run one app.

    Attributes:
        folder: the submission, imported as the package `submission`.
        home: the only folder the app should write to; its working directory.
        compiled: the folder for compiled code, shared by the workers of a run.
        log: the file that takes the app's standard output and error.
        environment: the whole environment of the app, and so its settings.
        now: the instant, ISO 8601 with offset, at which its clock stands.
        settings: the file in which the course describes them; None for the engine's own.
        isolation: the tier that must be in force before the submission is read, see `isolation.py`.
        lines: the file in which the lines of the submission that run are noted; None for nowhere.
        frames: the file in which the process writes down where its threads stand, when it is asked;
            None for nowhere.
        limits: see `Limits.as_data`.
        debug: keep the terminal and set no limits, so that a breakpoint works.
    """

    folder: str
    home: str
    compiled: str
    log: str
    environment: dict[str, str]
    now: str
    isolation: str
    settings: str | None = None
    lines: str | None = None
    frames: str | None = None
    limits: dict[str, int] = field(default_factory=DEFAULTS.as_data)
    debug: bool = False


def send(channel: socket.socket, message: Message) -> None:
    """Write `message` as one line; OSError when the other side is gone."""
    channel.sendall(json.dumps(message).encode() + b"\n")


def messages(channel: socket.socket) -> Iterator[Message]:
    """The messages of the other side until it closes; a malformed one raises ValueError.

    A receive that takes longer than the socket's timeout raises TimeoutError.
    """
    buffer = b""
    while True:
        line, newline, rest = buffer.partition(b"\n")
        if newline:
            buffer = rest
            yield parse(line)
            continue
        if len(buffer) > LONGEST_LINE:
            raise ValueError("the worker sent a line that is too long")
        chunk = channel.recv(8192)
        if not chunk:
            return
        buffer += chunk


def parse(line: bytes) -> Message:
    """One message; anything but a JSON object raises ValueError."""
    try:
        message = json.loads(line)
    except RecursionError:
        raise ValueError("the worker sent JSON that is nested too deeply") from None
    if not isinstance(message, dict):
        raise ValueError("the worker sent something that is not a JSON object")
    return message
