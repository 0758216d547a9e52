"""Everything that happened, in order: on disk, so that ten thousand entries stay quick."""

import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from hooklab.reports.clean import visible

Kind = Literal["delivery", "request", "log", "mail", "call", "redis", "note"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What an entry may be: a webhook, another request to the app, a line that the app printed, an
e-mail, a call of a service, a command to Redis, and what was done to the world."""

# So much of each text is kept, and so much of an entry is searched.
LONGEST_TEXT = 64 * 1024
LONGEST_SEARCHED = 8 * 1024

_TABLE = (
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL,"
    " about TEXT NOT NULL, searched TEXT NOT NULL, data TEXT NOT NULL)"
)


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    Attributes:
        number: in the order of beginning, from 1.
        kind: what it is.
        at: by the clock of the app.
        about: the message id that it belongs to, or "".
        data: plain values, as its kind has them.
    """

    number: int
    kind: Kind
    at: datetime
    about: str
    data: dict[str, Any]


class Timeline:
    """The entries; may be used by any thread.

    Args:
        file: where they are kept; nothing may be there yet.

    Attributes:
        version: grows with every change.
    """

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._base = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        # It is thrown away at the end: nothing of it has to survive the machine.
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute(_TABLE)
        self.version = 0

    def add(self, kind: Kind, at: datetime, about: str = "", **data: Any) -> int:
        """Add an entry; its number."""
        row = (kind, at.isoformat(), about, _searched(about, data), json.dumps(data))
        with self._lock:
            added = self._base.execute(
                "INSERT INTO entry (kind, at, about, searched, data) VALUES (?, ?, ?, ?, ?)", row
            )
            self.version += 1
            return added.lastrowid or 0

    def change(self, number: int, **data: Any) -> None:
        """Add to what an entry has."""
        with self._lock:
            [(about, text)] = self._base.execute(
                "SELECT about, data FROM entry WHERE number = ?", (number,)
            )
            merged = {**json.loads(text), **data}
            row = (_searched(about, merged), json.dumps(merged), number)
            self._base.execute("UPDATE entry SET searched = ?, data = ? WHERE number = ?", row)
            self.version += 1

    def get(self, number: int) -> Entry | None:
        """One entry."""
        found = self._read("WHERE number = ?", (number,))
        return found[0] if found else None

    def newest(
        self, *, find: str = "", kinds: Sequence[str] = (), before: int = 0, count: int = 100
    ) -> list[Entry]:
        """The newest entries, the newest first.

        Args:
            find: only those in which this stands, in capitals or not.
            kinds: only these; all by default.
            before: only those with a smaller number; 0 for all.
            count: at most so many.
        """
        wanted, values = ["1"], list[object]()
        if before:
            wanted.append("number < ?")
            values.append(before)
        if kinds:
            wanted.append(f"kind IN ({', '.join('?' * len(kinds))})")
            values += kinds
        if find:
            wanted.append("instr(searched, ?) > 0")
            values.append(find.casefold())
        return self._read(
            f"WHERE {' AND '.join(wanted)} ORDER BY number DESC LIMIT ?", (*values, count)
        )

    def caused(self, number: int, until: int) -> list[Entry]:
        """The entries from the one after `number` to `until`, in order; two hundred at most."""
        return self._read("WHERE number > ? AND number <= ? LIMIT 200", (number, until))

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 when there is none."""
        with self._lock:
            [(number,)] = self._base.execute("SELECT coalesce(max(number), 0) FROM entry")
            return int(number)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._base.close()

    def __len__(self) -> int:
        with self._lock:
            [(count,)] = self._base.execute("SELECT count(*) FROM entry")
            return int(count)

    def _read(self, how: str, values: Sequence[object]) -> list[Entry]:
        query = f"SELECT number, kind, at, about, data FROM entry {how}"  # noqa: S608 - our words
        with self._lock:
            rows = self._base.execute(query, values).fetchall()
        return [
            Entry(number, kind, datetime.fromisoformat(at), about, json.loads(data))
            for number, kind, at, about, data in rows
        ]


def clipped(text: str) -> str:
    """`text` as an entry keeps it: a long one is cut, and says so."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} […]"


def _searched(about: str, data: dict[str, Any]) -> str:
    # SQLite takes no halves of surrogate pairs, which JSON may have.
    return visible(f"{about} {' '.join(_texts(data))}"[:LONGEST_SEARCHED]).casefold()


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for each in value.values() for text in _texts(each)]
        case list():
            return [text for each in value for text in _texts(each)]
    return [] if value is None else [str(value)]
