"""What the app asks its database: noted in the learner's process, on command.

Like all in `inside.py` this is the app's own word. Nothing else could say what a statement cost:
SQLite has no server, and PostgreSQL's tells no statement from another.
"""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

# All of it must fit into one line to the trusted side: the first are told whole, of those after
# them only which tables they touch, and more than these are too many for anybody.
WHOLE, MOST = 12, 120
LONGEST, SHORT = 800, 150
PLAN_LINES, PLAN_WIDTH = 15, 100

_TOUCHES = re.compile(r"\b(?:from|join|into|update)\s+\S+", re.IGNORECASE)
_LOOKS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}

Entry = dict[str, Any]


class StatementLog:
    """Notes each statement, the database's plan for it, and how many rows the app took."""

    def __init__(self) -> None:
        self._entries: list[Entry] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Note statements from now on."""
        with self._lock:
            self._entries = []

    def stop(self) -> list[Entry]:
        """Note no more; what was noted: "text", "plan" (lines) and "rows" of each statement."""
        with self._lock:
            noted, self._entries = self._entries or [], None
        return [_short(entry, number) for number, entry in enumerate(noted[:MOST])]

    def before_statement(
        self,
        connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        many: bool,
    ) -> None:
        """Note `statement`, which is about to be executed."""
        entries = self._entries
        if entries is None:
            return
        entry: Entry = {"text": statement, "plan": [], "rows": 0}
        dialect = connection.dialect.name
        if _LOOKS.match(statement) and not many:
            # A statement that cannot be explained has no plan; it will fail by itself.
            with suppress(Exception):
                entry["plan"] = _plan(cursor, _EXPLAIN[dialect] + statement, parameters)
        cursor.row_factory = _counter(entry, dialect)
        entries.append(entry)


def _short(entry: Entry, number: int) -> Entry:
    text = entry["text"].encode("ascii", "replace").decode()
    if number < WHOLE:
        return {**entry, "text": text[:LONGEST]}
    return {**entry, "text": " ".join(_TOUCHES.findall(text))[:SHORT], "plan": []}


def _plan(cursor: Any, question: str, parameters: Any) -> list[str]:
    own = cursor.connection.cursor()
    try:
        own.execute(question, parameters)
        lines = [str(row[-1]) for row in own.fetchmany(PLAN_LINES)]
        return [line[:PLAN_WIDTH].encode("ascii", "replace").decode() for line in lines]
    finally:
        own.close()


def _counter(entry: Entry, dialect: str) -> Callable[..., Any]:
    """A row factory that leaves rows as they are, and counts them."""

    def count(row: Any) -> tuple[Any, ...]:
        entry["rows"] += 1
        return tuple(row)

    if dialect == "sqlite":
        return lambda _cursor, row: count(row)
    return lambda _cursor: count
