"""What all services of the outside world share: a door on loopback, and how it closes at once."""

import asyncio
import logging
import os
import socket
import sys
from abc import abstractmethod
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from hooklab.deadline import Deadline
from hooklab.errors import HooklabError, reason_of
from hooklab.texts import _
from hooklab.world.faults import Faults
from hooklab.world.loop import shared_loop

HOST = "127.0.0.1"
# Linux lets a bound socket that does not listen keep a port which a second one listens on. So a
# service that refuses connections keeps its port: no other process can be given it meanwhile.
CAN_RESERVE = sys.platform == "linux"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Setup:
    """What a service is given.

    Args:
        name: what the observer, the reports and the error messages call it.
        now: the (virtual) clock of the records; called in the loop's thread.
        port: on loopback; 0 takes a free one.
        observe: called with `name` and each record when the conversation's outcome is known, just
            before the client learns it. It runs in the loop's thread: it must be quick.
        deadline: makes the deadlines of those who wait for something to arrive.
    """

    name: str
    now: Callable[[], datetime]
    port: int = 0
    observe: Callable[[str, object], None] | None = None
    deadline: Callable[[float], Deadline] = Deadline


class PortTaken(HooklabError):
    """A service cannot listen on its port.

    Args:
        name: the service.
        port: the port that it was told to use.
        reason: what the system says.
    """

    def __init__(self, name: str, port: int, reason: str) -> None:
        super().__init__(
            _("{name} cannot listen on port {port}: {reason}").format(
                name=name, port=port, reason=reason
            ),
            _("stop the program that uses port {port}, or choose another port").format(port=port),
        )
        self.name = name


class Service(Faults):
    """A listener on loopback; `start()` opens it, `close()` ends everything at once."""

    port: int

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup.deadline)
        self.name = setup.name
        self.now = setup.now
        self.port = setup.port
        self._observe = setup.observe
        self._loop = shared_loop()
        self._reservation: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Transport] = set()
        self._conversations: set[asyncio.Task[None]] = set()
        self._started = False
        self._switch = asyncio.Lock()

    def start(self) -> Self:
        """Listen; a port that cannot be had raises HooklabError."""
        open_all([self])
        return self

    def reserve(self) -> socket.socket:
        """Take the port; the socket that will listen on it."""
        door = self._bind()
        self.port = door.getsockname()[1]
        if CAN_RESERVE:
            self._reservation, door = door, self._bind()
        return door

    async def begin(self, door: socket.socket) -> None:
        """Listen on `door`, from inside the loop."""
        self._started = True
        await self._open(door)

    def close(self) -> None:
        """Stop listening, abort every conversation, release every hold. May be repeated."""
        close_all([self])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def tell(self, record: object) -> None:
        """Show `record` to the observer, whose own errors never disturb a conversation."""
        if self._observe is None:
            return
        try:
            self._observe(self.name, record)
        except Exception:
            log.exception("the observer of %s failed", self.name)

    def connected(self, transport: asyncio.Transport) -> None:
        """Count an open connection, to be aborted when the service goes down."""
        self._connections.add(transport)
        # It may have been accepted in the very moment in which the service went down.
        if self._server is None:
            transport.abort()

    def disconnected(self, transport: asyncio.Transport) -> None:
        """Forget a connection that has ended."""
        self._connections.discard(transport)

    def converse(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run a conversation in the loop, to be cancelled when the service goes down."""
        return self.follow(asyncio.get_running_loop().create_task(work))

    def follow(self, conversation: "asyncio.Task[None]") -> "asyncio.Task[None]":
        """Cancel `conversation` when the service goes down."""
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)
        return conversation

    @abstractmethod
    def protocol(self) -> asyncio.Protocol:
        """A new protocol object for a connection."""

    async def end(self) -> None:
        """Close, from inside the loop."""
        self._started = False
        await self._hang_up()
        self.release_all()
        if self._reservation:
            self._reservation.close()

    def _catch_up(self) -> None:
        if self._started:
            self._loop.run(_some_turns())

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._loop.run(self._hang_up())

    def _listen_again(self) -> None:
        if self._started and self._server is None:
            self._loop.run(self._reopen())

    async def _open(self, door: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.protocol, sock=door)

    async def _reopen(self) -> None:
        async with self._switch:
            if self._started and self._server is None:
                await self._open(self._bind())

    async def _hang_up(self) -> None:
        async with self._switch:
            await self._stop_accepting()
        for transport in tuple(self._connections):
            transport.abort()
        if conversations := tuple(self._conversations):
            for conversation in conversations:
                conversation.cancel()
            await asyncio.gather(*conversations, return_exceptions=True)

    async def _stop_accepting(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            # CPython forgets, open, a connection that was accepted in the turn of the loop in
            # which its server is closed. So accept no more, and let a turn pass.
            asyncio.get_running_loop().remove_reader(server.sockets[0])
            await asyncio.sleep(0)
            server.close()

    def _bind(self) -> socket.socket:
        # asyncio turns Nagle's 40 ms off only where the protocol is named.
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":  # elsewhere this option would share a port that is in use
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, self.port))
        except OSError as error:
            door.close()
            raise PortTaken(self.name, self.port, reason_of(error)) from error
        return door


async def _some_turns() -> None:
    """Let the loop accept a connection, read what came and see its end: a turn or two for each."""
    for _turn in range(10):
        await asyncio.sleep(0)


def open_all(services: Iterable[Service]) -> None:
    """Start `services` together, in one turn of the loop; none when a port cannot be had."""
    doors: list[tuple[Service, socket.socket]] = []

    async def begin() -> None:
        # One after another: a task for each costs more than their short waits.
        for service, door in doors:
            await service.begin(door)

    try:
        for service in services:
            doors.append((service, service.reserve()))  # noqa: PERF401 - those so far are needed
    except HooklabError:
        for _service, door in doors:
            door.close()
        close_all(service for service, _door in doors)
        raise
    shared_loop().run(begin())


def close_all(services: Iterable[Service]) -> None:
    """Close `services` together, in one turn of the loop."""

    async def end() -> None:
        for service in services:
            await service.end()

    shared_loop().run(end())
