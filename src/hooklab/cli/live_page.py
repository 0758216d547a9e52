"""The scorecard as a page in a browser on this machine, which follows each new one by itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hooklab.reports import html
from hooklab.scorecard import Scorecard

HOST = "127.0.0.1"
SCRIPT = "follow.js"
# So often a browser that has nothing to be told is asked whether it is still there.
_HEARTBEAT_SECONDS = 10.0


class LivePage:
    """What the browser shows; any thread may read it while another one changes it.

    Attributes:
        address: where it is.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._text = ""
        self._version = 0
        self._is_over = False
        self._changed = threading.Condition()

    def show(self, card: Scorecard) -> None:
        """Show `card` from now on, in the language in use."""
        text = html.write(card, script=SCRIPT)
        with self._changed:
            self._text = text
            self._version += 1
            self._changed.notify_all()

    @property
    def text(self) -> str:
        """The page of this moment."""
        return self._text

    def versions(self) -> Iterator[int]:
        """The number of the present page, then that of each new one; 0 when there is none yet."""
        told = -1
        while not self._is_over:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._is_over or self._version > told,  # noqa: B023
                    _HEARTBEAT_SECONDS,
                )
                told = self._version
            yield told

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()


@contextmanager
def live_page() -> Iterator[LivePage]:
    """Serve a page on a free port of loopback, until the block ends."""
    with _Server((HOST, 0), _Handler) as server:
        server.page = LivePage(f"http://{HOST}:{server.server_port}/")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.page
        finally:
            server.page.close()
            server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A browser that is still there must not keep the command from ending.
    block_on_close = False
    page: LivePage


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer with the page, its script, or the stream of its changes."""
        # Another site can make its name mean this machine: it gets nothing of what is here.
        if self.headers["host"] not in (self._own("localhost"), self._own(HOST)):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        match self.path:
            case "/":
                self._send("text/html", self.server.page.text.encode())
            case "/follow.js":
                script = Path(__file__).with_name(SCRIPT).read_bytes()
                self._send("text/javascript", script)
            case "/changes":
                self._stream()
            case _:
                self.send_error(HTTPStatus.NOT_FOUND)

    def _own(self, name: str) -> str:
        return f"{name}:{self.server.server_port}"

    def _send(self, kind: str, body: bytes) -> None:
        self._begin(kind)
        self.wfile.write(body)

    def _begin(self, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.send_header("x-content-type-options", "nosniff")
        self.end_headers()

    def _stream(self) -> None:
        """Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
        self._begin("text/event-stream")
        for version in self.server.page.versions():
            try:
                self.wfile.write(f"data: {version}\n\n".encode())
                self.wfile.flush()
            except OSError:
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Say nothing: the terminal belongs to the learner."""
