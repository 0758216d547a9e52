"""A server for a person at a terminal, who ends it with Ctrl-C."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from hooklab.cli.speaking import talk


class PlainServer(uvicorn.Server):
    """uvicorn that ends at Ctrl-C and leaves it at that.

    Its own way raises the signal once more inside asyncio, which tells of it in a long traceback.

    Attributes:
        ready: what is told once the app is served.
    """

    ready = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            talk().print(self.ready, soft_wrap=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at Ctrl-C as long as the block lasts."""
        before = signal.signal(signal.SIGINT, self.handle_exit)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
