"""A Redis server for the app: between the app and the data stands a proxy that can fail."""

import asyncio
import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from hooklab.world import resp
from hooklab.world.faults import Fault
from hooklab.world.records import Records
from hooklab.world.redis_upstream import Address, FakeUpstream, Upstream
from hooklab.world.service import HOST, Service, Setup

log = logging.getLogger(__name__)

# With these a client introduces itself when it connects: they are no work, and none fails.
GREETINGS = frozenset({"AUTH", "CLIENT", "COMMAND", "HELLO", "QUIT", "RESET", "SELECT"})
# The app has one database and no administration, as at a hosting provider.
_NAMES = """
ACL BGREWRITEAOF BGSAVE BITFIELD CLUSTER CONFIG COPY DEBUG FAILOVER FCALL FCALL_RO FUNCTION
LCS MIGRATE MODULE MONITOR MOVE PSYNC REPLICAOF SAVE SELECT SHUTDOWN SLAVEOF SWAPDB SYNC
"""
FORBIDDEN = frozenset(_NAMES.split())
# What one check may send: the data lies in the trusted side's memory.
MEMORY = 64 << 20
# These write zeros up to a place that they name, in bytes or bits, or answer so many times.
FAR = {"SETRANGE": 1, "SETBIT": 8, "HRANDFIELD": 1, "SRANDMEMBER": 1, "ZRANDMEMBER": 1}
CHUNK = 1 << 16


@dataclass(frozen=True)
class Command:
    """A command of the app.

    Args:
        words: the command and its arguments, as they were sent.
        received_at: by the virtual clock.
        done: whether it was passed on to the data.
    """

    words: tuple[bytes, ...]
    received_at: datetime
    done: bool = False

    @property
    def name(self) -> str:
        """The command, in capitals."""
        return self.words[0].decode("latin-1").upper()


class RedisServer(Service):
    """Redis on loopback, with an empty database; expiry follows the machine's clock.

    What a client sends in one go, a command or a pipeline, is one conversation. Points of
    `hold()`: "command" (received, nothing done) and "answer" (done, not answered yet). Redis has
    no status codes, so `fail` takes refuse, drop or lost_answer. Introductions (HELLO, CLIENT,
    SELECT …) are neither recorded nor do they fail.

    Args:
        upstream: where the data is; by default fakeredis, started by the first connection. Its
            scripts are bounded, see `hooklab.world.lua`.
    """

    points: ClassVar[tuple[str, ...]] = ("command", "answer")
    statuses: ClassVar[range] = range(0)

    def __init__(self, setup: Setup, upstream: Upstream | None = None) -> None:
        super().__init__(setup)
        self.commands: Records[Command] = Records(setup.deadline)
        self._upstream = upstream or FakeUpstream()
        self._address: Address | None = None
        self._opening = threading.Lock()
        self._reader: Any = None
        self._room = MEMORY

    @property
    def url(self) -> str:
        """The address for the app; the database is always number 0."""
        return f"redis://{HOST}:{self.port}/0"

    @property
    def client(self) -> Any:
        """A redis-py client that only reads, past all faults; what it reads is text."""
        if self._reader is None:
            from hooklab.world.redis_reader import connect

            self._reader = connect(self.address())
        return self._reader

    def wipe(self) -> None:
        """Lose all data, as a Redis that keeps nothing on disk does when it is restarted."""
        from redis import Redis

        from hooklab.world.redis_reader import connect

        with connect(self.address(), Redis) as client:
            client.flushdb()

    def address(self) -> Address:
        """Where the data is; the first call starts it, which takes a moment."""
        with self._opening:
            if self._address is None:
                self._address = self._upstream.open()
            return self._address

    def protocol(self) -> asyncio.Protocol:
        """A new protocol object for a connection."""
        return _Door(self)

    async def end(self) -> None:
        """Close, from inside the loop."""
        await super().end()
        await asyncio.to_thread(self._forget)

    async def serve(self, client: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        """Carry one client's commands to the data, and the answers back."""
        try:
            with self.working():
                address = await asyncio.to_thread(self.address)
                data, into = await asyncio.open_connection(address.host, address.port)
        except Exception:
            log.exception("%s has no data", self.name)
            out.transport.abort()
            return
        answers: asyncio.Task[None] | None = None
        carrier = _Carrier(self, address, data, into, out)
        try:
            with suppress(ConnectionError, resp.NotRedis):
                await carrier.introduce()
                answers = asyncio.create_task(carrier.answers())
                await carrier.commands(client)
        finally:
            if answers:
                answers.cancel()
            into.transport.abort()
            out.transport.abort()

    async def arrive(self, commands: list[tuple[bytes, ...]]) -> Fault:
        """Record what a client sent and wait where it is held; the fault that it meets."""
        places = [self.commands.add(Command(words, self.now())) for words in commands]
        self._room -= sum(map(_added, commands))
        try:
            await self.reach("command")
            await self.linger()
            fault = self.take()
            if self._room < 0:
                raise resp.NotRedis("the app sends more than a check has room for")
            if not fault.drop:
                for place in places:
                    self.commands.change(place, done=True)
        finally:
            for place in places:
                self.tell(self.commands[place])
        return fault

    def _forget(self) -> None:
        with self._opening:
            reader, self._reader = self._reader, None
            address, self._address = self._address, None
            if reader:
                reader.close()
            if address:
                self._upstream.close()

    def _check(self, fault: Fault, times: int | None) -> None:
        if fault.status is not None:
            raise ValueError("Redis has no status codes: use refuse, drop or lost_answer")
        super()._check(fault, times)


def _added(words: tuple[bytes, ...]) -> int:
    """How many bytes a command may take, as far as it says so itself."""
    added = sum(map(len, words))
    unit = FAR.get(words[0].decode("latin-1").upper()) if len(words) > 2 else None
    # What is no number is refused by Redis.
    with suppress(ValueError):
        added += abs(int(words[2])) // unit if unit else 0
    return added


class _Door(asyncio.StreamReaderProtocol):
    """A client's connection; a client that hangs up no longer waits for anything."""

    def __init__(self, service: RedisServer) -> None:
        super().__init__(asyncio.StreamReader(), self._serve)
        self._service = service
        self._conversation: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._door = transport
        self._service.connected(transport)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._service.disconnected(self._door)
        self._give_up()
        super().connection_lost(exc)

    def eof_received(self) -> bool:
        self._give_up()
        return False

    def _serve(self, client: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        self._conversation = self._service.converse(self._service.serve(client, out))

    def _give_up(self) -> None:
        if self._conversation is not None:
            self._conversation.cancel()


class _Carrier:
    """Both ways between one client and the data."""

    def __init__(
        self,
        service: RedisServer,
        address: Address,
        data: asyncio.StreamReader,
        into: asyncio.StreamWriter,
        out: asyncio.StreamWriter,
    ) -> None:
        self._service = service
        self._address = address
        self._data = data
        self._into = into
        self._out = out
        self._working = False
        self._lost = False

    async def introduce(self) -> None:
        """Log in, and choose the database that the app knows as number 0."""
        address = self._address
        if address.password is not None:
            await self._ask("AUTH", *filter(None, [address.username, address.password]))
        if address.database:
            await self._ask("SELECT", address.database)

    async def commands(self, client: asyncio.StreamReader) -> None:
        """Carry commands to the data until the client has no more."""
        waiting = b""
        while sent := await client.read(CHUNK):
            waiting += sent
            commands, used = resp.split(waiting)
            waiting = waiting[used:]
            if len(waiting) > resp.LONGEST:
                raise resp.NotRedis("a command is too long")
            if commands:
                await self._carry(commands)

    async def answers(self) -> None:
        """Carry answers to the client until the data has no more."""
        with suppress(ConnectionError):
            while answer := await self._data.read(CHUNK):
                if self._working:
                    await self._service.reach("answer")
                if self._lost:
                    self._out.transport.abort()
                    return
                self._out.write(answer)
                await self._out.drain()
            self._out.close()

    async def _carry(self, commands: list[tuple[bytes, ...]]) -> None:
        work = [words for words in commands if _name(words) not in GREETINGS]
        if work:
            fault = await self._service.arrive(work)
            if fault.drop:
                raise ConnectionAbortedError
            self._working, self._lost = True, fault.lost_answer
        self._into.write(b"".join(resp.encode(self._translated(words)) for words in commands))
        await self._into.drain()

    def _translated(self, words: tuple[bytes, ...]) -> tuple[bytes | str | int, ...]:
        """`words` for a server that has other people's databases too."""
        name = _name(words)
        if name == "SELECT" and words[1:] == (b"0",):
            return "SELECT", self._address.database
        if name == "FLUSHALL":
            return "FLUSHDB", *words[1:]
        # The server itself says that there is no such command.
        return ("FORBIDDEN." + name, *words[1:]) if name in FORBIDDEN else words

    async def _ask(self, *words: str | int) -> None:
        self._into.write(resp.encode(words))
        answer = await self._data.readline()
        if not answer.startswith(b"+"):
            raise ConnectionAbortedError(answer)


def _name(words: tuple[bytes, ...]) -> str:
    return words[0].decode("latin-1").upper()
