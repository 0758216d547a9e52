"""Where the data of a simulated Redis lives: in this process, unless somebody names a server."""

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fakeredis import TcpFakeServer

log = logging.getLogger(__name__)

# How long the listening thread sleeps before it sees that it shall end.
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Address:
    """A database of a Redis server, and who may use it."""

    host: str
    port: int
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class Upstream(Protocol):
    """A server with one empty database; the calls may take a while."""

    def open(self) -> Address:
        """Where it is. Called once, when somebody first needs it."""

    def close(self) -> None:
        """Forget the data. Called once if it was opened."""


class FakeUpstream:
    """fakeredis on a free port. It is imported by `open()`, which takes a tenth of a second."""

    def __init__(self) -> None:
        self._server: TcpFakeServer | None = None

    def open(self) -> Address:
        """Start the server in threads of its own."""
        self._server = _server()
        listen = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="fakeredis", daemon=True
        )
        listen.start()
        host, port = self._server.socket.getsockname()
        return Address(host, port)

    def close(self) -> None:
        """Stop the server; its connections end with their next look."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()


def _server() -> "TcpFakeServer":
    from fakeredis import TcpFakeServer
    from fakeredis._clients._tcp_server import TCPFakeRequestHandler
    from fakeredis._helpers import SimpleError
    from fakeredis.commands_mixins import scripting_mixin
    from redis.exceptions import ResponseError

    from hooklab.world import globs, lua

    # For the whole process: nobody here runs a script but an app.
    globs.bound_fakeredis()
    scripting_mixin.LUA_MODULE = lua.Module  # type: ignore[assignment]

    class Quiet(TcpFakeServer):
        def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
            log.debug("a connection to fakeredis broke", exc_info=True)

    class Patient(TCPFakeRequestHandler):
        """Answers an error with its own code and listens on, as Redis does.

        fakeredis 2.40 says ERR before every code, and hangs up.
        """

        # An answer leaves in several pieces: with Nagle's algorithm a pipeline would take 40 ms.
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            read = self.current_client.read_response

            def read_response(*arguments: Any, **options: Any) -> Any:
                try:
                    return read(*arguments, **options)
                except ResponseError as error:
                    code = str(error).partition(" ")[0]
                    return SimpleError(str(error)) if code.isupper() else error

            self.current_client.read_response = read_response  # type: ignore[method-assign]

    server = Quiet(("127.0.0.1", 0), server_version=(7,))
    server.RequestHandlerClass = Patient
    # A process must not wait at its end for clients that stay connected.
    server.daemon_threads = True
    return server
