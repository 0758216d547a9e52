"""One HTTP request, and what came back: at once, late, broken or not at all."""

import http.client
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Literal
from urllib.parse import SplitResult

from hooklab.deadline import Deadline
from hooklab.sender.deadlines import deadlines
from hooklab.texts import _

TIMEOUT = timedelta(seconds=15)
"""How long the hosted service of Svix waits for a response, in real time."""

LARGEST_BODY = 4 * 1024 * 1024

Problem = Literal["", "timeout", "refused", "dropped"]


@dataclass(frozen=True)
class Response:
    """What came back.

    Attributes:
        status: the HTTP status, or 0 when there was no response.
        headers: names in any case; `carry` gives them in lower case.
        text: the body, at most 4 MiB of it; when refused, what the system says of it.
        problem: why there was no response: "timeout", "refused", "dropped" or "".
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    problem: Problem = ""

    @property
    def ok(self) -> bool:
        """Whether Svix counts it as delivered: 200 to 299 in time; no redirect is followed."""
        return not self.problem and 200 <= self.status <= 299

    @property
    def remark(self) -> str:
        """What there is to say of a redirect, which nobody follows; else nothing."""
        if not 300 <= self.status <= 399:
            return ""
        return _("Svix follows no redirect: give it the final address")

    def header(self, name: str) -> str:
        """A header's value, or "" when there is none; `name` in lower case."""
        found = (value for key, value in self.headers.items() if key.lower() == name)
        return next(found, "").strip()


def carry(
    url: SplitResult,
    headers: Mapping[str, str],
    body: bytes,
    *,
    method: str = "POST",
    deadline: Deadline | None = None,
) -> Response:
    """Send one request to `url`, and wait for all of the response until `deadline`.

    Nothing that the receiver does raises here: a missing response is one with a problem. Header
    names come back in lower case; repeated headers are joined, cookies by line ends.

    Args:
        deadline: 15 s of real time by default, as Svix waits.

    Raises:
        MachineTooSlow: nobody can tell whether the response is late.
    """
    deadline = deadline or Deadline(TIMEOUT.total_seconds())
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    with closing(kind(url.hostname or "", url.port, timeout=deadline.seconds)) as connection:
        try:
            connection.connect()
        except TimeoutError:
            return Response(problem="timeout")
        except OSError as error:
            return Response(text=error.strerror or str(error), problem="refused")
        # The deadline comes first, unless nobody watches over it.
        connection.sock.settimeout(2 * deadline.longest)
        late = threading.Event()
        response = Response(problem="dropped")
        try:
            with deadlines.within(deadline, partial(_hang_up, connection.sock, late)):
                response = _exchange(connection, method, url, headers, body)
        except TimeoutError:
            late.set()
        except (OSError, http.client.HTTPException):
            pass
        # A response that was cut off may look whole.
        if late.is_set():
            deadline.left()
            return Response(problem="timeout")
        return response


def _hang_up(wire: socket.socket, late: threading.Event) -> None:
    # A deadline for the whole response: one byte at a time does not buy more time.
    late.set()
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    url: SplitResult,
    headers: Mapping[str, str],
    body: bytes,
) -> Response:
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    # A server may refuse a large body before it has read it all.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request(method, path, body, dict(headers))
    response = connection.getresponse()
    text = response.read(LARGEST_BODY).decode("utf-8", "replace")
    return Response(response.status, _fields(response.getheaders()), text)


def _fields(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        between = "\n" if key == "set-cookie" else ", "
        fields[key] = f"{fields[key]}{between}{value}" if key in fields else value
    return fields
