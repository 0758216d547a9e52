"""A cinema: tickets for what was paid, a programme kept in step, and a comparison of lists.

Module 3 explains this file section by section; it is no answer to an exercise. The statements are
plain SQL, which SQLite and PostgreSQL both take, because what decides is what one statement does.
A generator stops at each `yield`: there another process may run, or this one may die.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE mark (key TEXT PRIMARY KEY);
CREATE TABLE owed (
    booking TEXT PRIMARY KEY, printed INTEGER DEFAULT 0, held_until INTEGER DEFAULT 0
);
CREATE TABLE film (
    id TEXT PRIMARY KEY, title TEXT, version INTEGER DEFAULT 0, deleted INTEGER DEFAULT 0
);
"""
LEASE = 300
"""How many seconds a ticket that is being printed is held for."""

Database = sqlite3.Connection
Steps = Iterator[None]
Printer = Callable[[str], None]


@dataclass(frozen=True)
class Message:
    """What the payment service says: this booking is paid."""

    id: str
    booking: str


# --8<-- [start:look]
def look_then_mark(database: Database, message: Message, ticket: Printer) -> Steps:
    """Print a ticket unless the message is marked, then mark it."""
    known = database.execute("SELECT 1 FROM mark WHERE key = ?", [message.id]).fetchone()
    yield
    if not known:
        ticket(message.booking)
        yield
        with database:
            database.execute("INSERT INTO mark VALUES (?)", [message.id])


# --8<-- [end:look]


# --8<-- [start:mark]
def mark_first(database: Database, message: Message, ticket: Printer) -> Steps:
    """Mark the message, and print a ticket if nobody else has marked it."""
    with database:
        is_first = mark(database, message.id)
    yield
    if is_first:
        ticket(message.booking)


def mark(database: Database, key: str) -> bool:
    """Insert `key`; whether it was not there before."""
    statement = "INSERT INTO mark VALUES (?) ON CONFLICT DO NOTHING"
    return database.execute(statement, [key]).rowcount == 1


# --8<-- [end:mark]


# --8<-- [start:owe]
def owe(database: Database, message: Message) -> None:
    """Mark the message and owe its ticket, both or neither; then answer 2xx."""
    with database:
        if mark(database, message.id):
            debt = "INSERT INTO owed (booking) VALUES (?) ON CONFLICT DO NOTHING"
            database.execute(debt, [message.booking])


# --8<-- [end:owe]


# --8<-- [start:pay]
def pay(database: Database, now: int, ticket: Printer) -> Steps:
    """Print one ticket that is owed and held by nobody."""
    with database:
        taken = database.execute(
            "UPDATE owed SET held_until = :now + :lease WHERE booking = ("
            "SELECT booking FROM owed WHERE NOT printed AND held_until <= :now LIMIT 1"
            ") AND held_until <= :now RETURNING booking",
            {"now": now, "lease": LEASE},
        ).fetchone()
    yield
    if taken:
        ticket(*taken)
        yield
        with database:
            database.execute("UPDATE owed SET printed = 1 WHERE booking = ?", taken)


# --8<-- [end:pay]


@dataclass(frozen=True)
class Film:
    """A film as the distributor described it; its version grows with every change."""

    id: str
    title: str
    version: int


# --8<-- [start:write]
OVERWRITE = """
INSERT INTO film (id, title, version) VALUES (:id, :title, :version)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, version = excluded.version
"""
REPLACE_OLDER = OVERWRITE + "WHERE film.version < excluded.version"
REPLACE_OLDER_AND_ALIVE = REPLACE_OLDER + " AND NOT film.deleted"
# --8<-- [end:write]

# --8<-- [start:remove]
REMOVE = "DELETE FROM film WHERE id = :id"
BURY = """
INSERT INTO film (id, deleted) VALUES (:id, 1)
ON CONFLICT (id) DO UPDATE SET title = NULL, deleted = 1
"""
# --8<-- [end:remove]


# --8<-- [start:ask]
def refresh(database: Database, film_id: str, ask: Callable[[str], Film | None]) -> None:
    """Store the film as it is now, whatever the message about it said; None means 404."""
    film = ask(film_id)
    with database:
        if film is None:
            database.execute(BURY, {"id": film_id})
        else:
            database.execute(REPLACE_OLDER_AND_ALIVE, vars(film))


# --8<-- [end:ask]


@dataclass(frozen=True)
class Differences:
    """The ids of which two lists say different things."""

    missing: frozenset[str]
    stale: frozenset[str]
    surplus: frozenset[str]


# --8<-- [start:compare]
def compare(ours: Mapping[str, int], theirs: Mapping[str, int]) -> Differences:
    """Compare two lists of versions by id. Read `ours` first, and all of `theirs`."""
    both = ours.keys() & theirs.keys()
    return Differences(
        missing=frozenset(theirs.keys() - ours.keys()),
        stale=frozenset(each for each in both if ours[each] < theirs[each]),
        surplus=frozenset(ours.keys() - theirs.keys()),
    )


# --8<-- [end:compare]
