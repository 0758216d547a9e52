"""Who may see the pages: a browser that was given the token, and no page of another site.

A page of another site can make the browser ask this machine. So a request needs a cookie that no
other site can send along, names this machine as the host (a name of theirs may lead here too), and
what changes anything comes from a page of our own.
"""

from secrets import compare_digest
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hooklab.program import as_typed
from hooklab.texts import _, speaking

_READS = ("GET", "HEAD")
# Nothing from another host, and no script that stands in a page. Pictures carry their own style.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # With "no-referrer", browsers would not say where a form comes from.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class Door(NamedTuple):
    """Where the pages are, and what opens them.

    Attributes:
        port: on loopback.
        token: what nobody can guess.
        language: of what is said to those who stay outside.
        command: which has printed the address.
    """

    port: int
    token: str
    language: str
    command: str

    @property
    def address(self) -> str:
        """What a person opens in a browser."""
        return f"http://127.0.0.1:{self.port}/?{urlencode({'token': self.token})}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser may call this machine."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def cookie(self) -> str:
        """Its name: all ports of a machine share their cookies."""
        return f"hooklab-{self.port}"


class Gate:
    """Stands before `app` and lets through what may come in.

    Args:
        app: the pages.
        door: where they are.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the pages do it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        answer = self._answer(Request(scope))
        await (answer or self._app)(scope, receive, send_safely)

    def _answer(self, request: Request) -> Response | None:
        """What is answered at the gate; None for what may come in."""
        host = request.headers.get("host", "")
        if host not in self._door.hosts:
            return self._refuse(421)
        if request.method not in _READS and request.headers.get("origin") != f"http://{host}":
            return self._refuse(403)
        if request.method in _READS and "token" in request.query_params:
            return self._let_in(request)
        if not self._is_token(request.cookies.get(self._door.cookie, "")):
            return self._refuse(403)
        return None

    def _let_in(self, request: Request) -> Response:
        if not self._is_token(request.query_params["token"]):
            return self._refuse(403)
        # Without the token, so that it does not stay in the address.
        rest = [pair for pair in parse_qsl(request.url.query) if pair[0] != "token"]
        answer = RedirectResponse(f"/?{urlencode(rest)}" if rest else "/", 303)
        answer.set_cookie(self._door.cookie, self._door.token, samesite="strict", httponly=True)
        return answer

    def _is_token(self, given: str) -> bool:
        return compare_digest(given.encode(), self._door.token.encode())

    def _refuse(self, status: int) -> Response:
        with speaking(self._door.language):
            told = _("Open the whole address that {command} has printed.").format(
                command=as_typed(self._door.command)
            )
        return PlainTextResponse(f"{told}\n", status)
