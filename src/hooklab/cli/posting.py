"""One delivery over HTTP, as Svix makes it: a POST, fifteen seconds, no redirects."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from hooklab.cli.signed import SignedRequest
from hooklab.errors import HooklabError
from hooklab.sender import TIMEOUT, Answer
from hooklab.texts import _

MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        answer: as the carrier judges it.
        text: the body's beginning, or what went wrong.
        seconds: how long it took.
    """

    answer: Answer
    text: str
    seconds: float


def check_address(address: str) -> SplitResult:
    """`address` in its parts; HooklabError when nothing can be posted there."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise HooklabError(
            _("“{address}” is no address to send to").format(address=address),
            _("write it like http://localhost:8000/webhooks/clerk"),
        )
    return parts


def post(address: SplitResult, request: SignedRequest) -> Reply:
    """Deliver once. What the app does wrong is in the reply.

    Raises:
        HooklabError: nothing listens there, so there is no app to judge.
    """
    started = time.perf_counter()
    connection = _connection(address)
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        connection.request("POST", path, request.body.encode(), request.headers)
        response = connection.getresponse()
        text = response.read(MOST_BYTES).decode("utf-8", "replace")
        answer = Answer(response.status, dict(response.getheaders()))
    except TimeoutError:
        text, answer = _("no answer within 15 s"), Answer(timed_out=True)
    except (ConnectionRefusedError, OSError, http.client.HTTPException) as error:
        if connection.sock is None and isinstance(error, OSError):
            raise _unreachable(address, error) from error
        text, answer = _("the connection broke"), Answer()
    finally:
        connection.close()
    return Reply(answer, text, time.perf_counter() - started)


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname or "", address.port, timeout=TIMEOUT.total_seconds())


def _unreachable(address: SplitResult, error: OSError) -> HooklabError:
    return HooklabError(
        _("nothing answers at {address}: {reason}").format(
            address=address.netloc, reason=error.strerror or error
        ),
        _("start your app (hooklab run SLUG), or name another address with --to"),
    )
