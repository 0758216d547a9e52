"""From what came back for one delivery to the cause; nothing is sent here."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urljoin, urlsplit

from hooklab.doctor.causes import Name
from hooklab.sender import Response

TOLERANCE = timedelta(minutes=5)
"""How far the time of an attempt may be from the app's clock."""

_SIGN_IN = re.compile(
    r"\b(sign|log)[-_ ]?in\b|\bsso\b|\baccounts\.|/auth\b"
    r"|not authenticated|unauthenticated|authentication required|\bcsrf\b",
    re.IGNORECASE,
)
# Headers of a login: HTTP's own, and those of Clerk's middleware, which also answers 404 or 307.
_LOGIN_HEADERS = ("www-authenticate", "x-clerk-auth-status", "x-clerk-auth-reason")
# What svix and its likes say of an attempt that is more than TOLERANCE off.
_TIME = re.compile(r"timestamp too (?:old|new)", re.IGNORECASE)
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^\s+at \S+ \(.*:\d+:\d+\)", re.M)


def cause_of(response: Response, address: SplitResult) -> Name | None:
    """Why a genuine delivery to `address` has not arrived; None when it has."""
    if response.problem == "timeout":
        return "slow"
    if 300 <= response.status <= 399:
        return _cause_of_redirect(response, address)
    if is_login(response):
        return "login"
    if response.ok:
        return None
    # What ngrok answers for a tunnel that nobody holds open is a 404 of its own.
    if response.status in (502, 503, 504) or response.header("ngrok-error-code"):
        return "gateway"
    match response.status:
        case 400 | 401 | 403:
            return "clock" if _TIME.search(response.text) else "refused"
        case 404 | 410:
            return "not_found"
        case 405:
            return "method"
        case 422:
            return "model"
    return "failing"


def is_login(response: Response) -> bool:
    """Whether somebody else than the app's route answered, who wants a session or a password."""
    is_page = response.header("content-type").startswith("text/html")
    if response.ok:
        return is_page and bool(_SIGN_IN.search(response.text))
    if response.status == 404:
        return response.header("x-clerk-auth-status") == "signed-out"
    if response.status not in (401, 403):
        return False
    named = any(response.header(name) for name in _LOGIN_HEADERS)
    return named or is_page or bool(_SIGN_IN.search(response.text))


def target(response: Response, address: SplitResult) -> str:
    """Where a redirect leads, as a whole address; "" when it does not say."""
    location = response.header("location")
    return urljoin(address.geturl(), location) if location else ""


def _cause_of_redirect(response: Response, address: SplitResult) -> Name:
    there = urlsplit(target(response, address))
    # A proxy may forget https, or the port, when it writes the address anew.
    if there.hostname == address.hostname and there.path.rstrip("/") == address.path.rstrip("/"):
        return "redirect" if there.path == address.path else "slash"
    return "login" if _SIGN_IN.search(there._replace(query="").geturl()) else "redirect"


def clock_ahead(response: Response, now: datetime) -> timedelta | None:
    """How far the app's clock is ahead of `now`, negative when behind; None if it does not say."""
    try:
        date = parsedate_to_datetime(response.header("date"))
    except (ValueError, OverflowError):
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - now


def repeats(response: Response, private: Iterable[str]) -> bool:
    """Whether the reply shows a traceback, or any of the texts that are nobody else's business."""
    shown = any(text in response.text for text in private)
    return shown or bool(_TRACEBACK.search(response.text))


def bare(secret: str) -> str:
    """`secret` without the quotes, blanks and the “v1,” that it was copied with."""
    return secret.strip(" \t\r\n\"'“”`").removeprefix("v1,")
