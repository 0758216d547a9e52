"""What the kit adds around the learner's app, in the learner's process.

Nothing here decides anything: it makes races happen for certain, breaks the database on command
and says when the app is idle. A submission that tampers with it hurts its own checks only.
"""

import asyncio
import re
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from hooklab.worker.statements import StatementLog

Report = Callable[[dict[str, Any]], None]

GATE_SECONDS = 10.0
"""A write is held for so long at most."""

_WRITES = re.compile(r"\s*(insert|update|delete|replace|merge)\b", re.IGNORECASE)


class WriteGate:
    """Holds every statement that is about to write, until all rivals stand at the same point.

    Requests that all looked before any of them wrote are the race that idempotence is about.
    Waiting for them here provokes it for certain; without the gate it would take luck.

    Attributes:
        report: tells the trusted side that somebody waits.
    """

    def __init__(self) -> None:
        self.report: Report | None = None
        self._open = threading.Event()
        self._open.set()
        self._passing = 0
        self._count = 0
        self._lock = threading.Lock()

    def close(self, after: int = 0) -> None:
        """Hold writes from now on, once `after` of them have passed."""
        with self._lock:
            self._passing = after
            self._count = 0
        self._open.clear()

    def open(self) -> None:
        """Let everybody through."""
        self._open.set()

    def before_statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Wait when `statement` writes and the gate is closed."""
        if self._open.is_set() or not _WRITES.match(statement):
            return
        with self._lock:
            if self._passing:
                self._passing -= 1
                return
            self._count += 1
            if self.report:
                self.report({"event": "held", "count": self._count})
        # When the trusted side dies, the app must not hang.
        self._open.wait(timeout=GATE_SECONDS)


class DatabaseFault:
    """Makes the database driver fail as if the database were away.

    SQLite has no server that could be stopped, so the driver's own error is raised where SQLAlchemy
    calls it. PostgreSQL is really taken away, by the trusted side.
    """

    def __init__(self) -> None:
        self.away = False

    def on_connect(self, *_arguments: Any) -> None:
        """Refuse a new connection while the database is away."""
        if self.away:
            raise sqlite3.OperationalError("unable to open database file")

    def on_execute(self, *_arguments: Any) -> None:
        """Fail a statement on an existing connection while the database is away."""
        if self.away:
            raise sqlite3.OperationalError("disk I/O error")


class InFlight:
    """ASGI middleware that knows whether the app is doing anything, background tasks included.

    Attributes:
        loop: in which the app runs, once it is served.
        server: the task that serves it.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self._count = 0
        self._idle = threading.Condition()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.server: asyncio.Task[Any] | None = None

    def is_served(self) -> None:
        """Note who serves the app: this task."""
        self.loop, self.server = asyncio.get_running_loop(), asyncio.current_task()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Count the request while the app works on it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        with self._idle:
            self._count += 1
        try:
            await self.app(scope, receive, send)
        finally:
            with self._idle:
                self._count -= 1
                self._idle.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Whether the app became idle within `seconds`, and what it raised has been logged."""
        with self._idle:
            idle = self._idle.wait_for(lambda: self._count == 0, timeout=seconds)
        if not idle or self.loop is None:
            return idle
        # The server logs an exception right after it has left the app, in the same turn.
        next_turn = threading.Event()
        self.loop.call_soon_threadsafe(next_turn.set)
        return next_turn.wait(seconds)


@dataclass(frozen=True)
class Instruments:
    """What is fitted to every engine of this process."""

    gate: WriteGate
    fault: DatabaseFault
    log: StatementLog


def install() -> Instruments:
    """Listen to every engine of this process, and of those that are forked from it."""
    gate, fault, log = WriteGate(), DatabaseFault(), StatementLog()
    event.listen(Engine, "before_cursor_execute", gate.before_statement)
    event.listen(Engine, "before_cursor_execute", log.before_statement)
    event.listen(Engine, "do_connect", fault.on_connect)
    event.listen(Engine, "do_execute", fault.on_execute)
    event.listen(Engine, "do_executemany", fault.on_execute)
    event.listen(Engine, "do_execute_no_params", fault.on_execute)
    return Instruments(gate, fault, log)
