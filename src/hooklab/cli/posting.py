"""One delivery, as Svix makes it, to the address of a running app."""

import time
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

import typer

from hooklab.errors import HooklabError
from hooklab.reports.clean import clean
from hooklab.sender import Response, carry
from hooklab.sender.signed import SignedRequest
from hooklab.texts import _

To = Annotated[str, typer.Option("--to", metavar="URL", help=_("Where the app takes webhooks."))]
LOCAL = "http://localhost:8000/webhooks/clerk"
"""Where `hooklab run` serves an app."""


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


def excerpt(reply: str) -> str:
    """The beginning of what an app replied, on one line and harmless for a terminal."""
    line = " ".join(clean(reply).split())
    return line if len(line) <= 200 else f"{line[:200]} […]"


def post(address: SplitResult, request: SignedRequest) -> tuple[Response, float]:
    """Deliver once; what came back, good or bad, and the seconds that it took.

    Raises:
        HooklabError: nothing listens there, so there is no app to judge.
    """
    started = time.perf_counter()
    response = carry(address, request.headers, request.body.encode())
    if response.problem == "refused":
        raise HooklabError(
            _("nothing answers at {address}: {reason}").format(
                address=address.netloc, reason=response.text
            ),
            _("start your app (hooklab run SLUG), or name another address with --to"),
        )
    return response, time.perf_counter() - started
