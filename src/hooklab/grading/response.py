"""What the app responded, as a check looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult

from hooklab.deadline import Deadline
from hooklab.grading.failure import CheckFailed
from hooklab.grading.page import read_page
from hooklab.sender import Response, carry
from hooklab.strange_json import read_json
from hooklab.texts import _

SHOWN_BODY = 600
# Each response is shown, so no more of a page is read for that than its beginning.
MOST_MARKUP = 100_000


@dataclass(frozen=True)
class AppResponse(Response):
    """A response of the app's, which can fail the check.

    Attributes:
        request: what was asked, for messages.
        by_svix: whether Svix asked, which follows no redirect.
    """

    request: str = ""
    by_svix: bool = False

    @property
    def json(self) -> Any:
        """The body as JSON; anything else fails the check."""
        try:
            return read_json(self.text)
        except ValueError:
            raise CheckFailed(_("a JSON body"), str(self)) from None

    def value(self, key: str) -> str | int:
        """The text or whole number of `key` in the body, a JSON object; else the check fails."""
        found = self.json
        value = found.get(key) if isinstance(found, dict) else None
        if isinstance(value, bool) or not isinstance(value, str | int):
            wanted = _("a JSON object whose “{key}” is a text or a whole number").format(key=key)
            raise CheckFailed(wanted, str(self))
        return value

    def expect(self, *wanted: str) -> "AppResponse":
        """Fail the check unless the status is one of `wanted`, such as "2xx", "4xx" or "401"."""
        if not any(self._is(each) for each in wanted):
            raise CheckFailed(
                _("the answer {wanted} to {request}").format(
                    wanted=_(" or ").join(wanted), request=self.request
                ),
                str(self),
                refusal=all(each.startswith("4") for each in wanted),
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
        body = read_page(self.text[:MOST_MARKUP]).text if is_page else " ".join(self.text.split())
        shown = body if len(body) <= SHOWN_BODY else body[:SHOWN_BODY] + " […]"
        told = f"{self.status} {shown}".rstrip()
        if not self.by_svix or not self.remark:
            return told
        address = self.header("location")[:SHOWN_BODY]
        return f"{told} → {address} ({self.remark})" if address else f"{told} ({self.remark})"


def send(
    port: int,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    deadline: Deadline,
    request: str,
    by_svix: bool = False,
) -> AppResponse:
    """Send one request to the app on loopback `port`, see `sender.carry`."""
    # Put together, not parsed: a path that the app chose must not lead to another host.
    url = SplitResult("http", f"127.0.0.1:{port}", path, "", "")
    response = carry(url, headers, body, method=method, deadline=deadline)
    return AppResponse(**vars(response), request=request, by_svix=by_svix)
