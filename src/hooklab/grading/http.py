"""One HTTP request of the grader's, and what came back."""

import http.client
import json
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hooklab.grading.deadlines import deadlines
from hooklab.grading.failure import CheckFailed
from hooklab.grading.page import read_page
from hooklab.sender import Answer as SvixAnswer
from hooklab.texts import _

LARGEST_BODY = 4 * 1024 * 1024
SHOWN_BODY = 600


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: the HTTP status, or 0 when there was no answer.
        headers: by lower-case name; repeated ones are joined, cookies by line ends.
        text: the body, at most 4 MiB of it.
        problem: why there was no answer: "timeout", "refused", "dropped" or "".
        request: what was asked, for messages.
    """

    request: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether Svix would count this as delivered."""
        return self.for_svix().is_success

    def for_svix(self) -> SvixAnswer:
        """The same, as Svix sees it when it decides what comes next."""
        return SvixAnswer(self.status or None, self.headers, timed_out=self.problem == "timeout")

    @property
    def json(self) -> Any:
        """The body as JSON; anything else fails the check."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            raise CheckFailed(_("a JSON body"), str(self)) from None

    def expect(self, *wanted: str) -> "Answer":
        """Fail the check unless the status is one of `wanted`, such as "2xx", "4xx" or "401"."""
        if not any(self._is(each) for each in wanted):
            raise CheckFailed(
                _("the answer {wanted} to {request}").format(
                    wanted=_(" or ").join(wanted), request=self.request
                ),
                str(self),
            )
        return self

    def _is(self, wanted: str) -> bool:
        return str(self.status) == wanted or (
            wanted.endswith("xx") and self.status // 100 == int(wanted[0])
        )

    def __str__(self) -> str:
        match self.problem:
            case "timeout":
                return _("no answer in time (Svix waits 15 s, then counts a failure)")
            case "refused":
                return _("no connection: the app is not listening any more")
            case "dropped":
                return _("the connection broke before an answer came")
        is_page = self.headers.get("content-type", "").startswith("text/html")
        body = read_page(self.text).text if is_page else " ".join(self.text.split())
        shown = body if len(body) <= SHOWN_BODY else body[:SHOWN_BODY] + " […]"
        return f"{self.status} {shown}".rstrip()


def send(
    port: int,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    seconds: float,
    request: str,
) -> Answer:
    """Send one request to the app on loopback `port` and wait `seconds` at most for all of it.

    Nothing that the app does raises here: a missing answer is an `Answer` with a problem.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    late = threading.Event()

    def give_up() -> None:
        # A deadline for the whole answer: one byte at a time does not buy more time.
        late.set()
        if connection.sock:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    try:
        with deadlines.within(seconds, give_up):
            # A server may refuse a large body before it has read it all.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body=body, headers=dict(headers))
            response = connection.getresponse()
            text = response.read(LARGEST_BODY).decode("utf-8", "replace")
        fields = _fields(response.getheaders())
        return Answer(request, response.status, fields, text)
    except TimeoutError:
        return Answer(request, 0, problem="timeout")
    except ConnectionRefusedError:
        return Answer(request, 0, problem="refused")
    except (OSError, http.client.HTTPException):
        return Answer(request, 0, problem="timeout" if late.is_set() else "dropped")
    finally:
        connection.close()


def _fields(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        between = "\n" if key == "set-cookie" else ", "
        fields[key] = f"{fields[key]}{between}{value}" if key in fields else value
    return fields
