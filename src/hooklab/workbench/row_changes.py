"""Which rows of the app's tables came, changed and went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, inspect

from hooklab.grading.failure import CheckFailed
from hooklab.grading.patience import within
from hooklab.grading.rows import READING_SECONDS, Rows, readable
from hooklab.grading.tables import require
from hooklab.texts import _

# A person looks at them; and they are read after everything that is done.
MOST_ROWS = 2_000
MOST_CHANGES = 50
LONGEST_VALUE = 400

Values = dict[str, str]


@dataclass(frozen=True)
class TableState:
    """The rows of a table at one moment.

    Attributes:
        keys: the columns of its primary key.
        rows: by the values of the key; a table without one has its whole rows for keys.
        fault: why it could not be read, or "".
    """

    keys: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Values]
    fault: str = ""


Tables = dict[str, TableState]


def read_tables(engine: Engine) -> Tables:
    """Every table of the app's database, with the beginning of each value as text.

    Nothing raises for what an app has done to its database: a table that cannot be read says why.
    """
    reader = Rows(engine, lambda: None)
    try:
        names = reader.tables()
    except CheckFailed as failed:
        return {"": TableState((), {}, failed.happened)}
    return {name: _read(reader, engine, name) for name in names}


def differences(before: Tables, after: Tables) -> list[dict[str, Any]]:
    """What differs, as plain data: for each row its table, its key, and what it was and is.

    A row that came has nothing `before`, one that went nothing `after`.
    """
    found = [
        {"table": name, "key": list(key), "before": was, "after": now}
        for name in sorted(before.keys() | after.keys())
        for key, was, now in _rows(before.get(name), after.get(name))
    ]
    return found[:MOST_CHANGES]


def next_moment(tables: Tables, now: datetime) -> datetime | None:
    """The earliest time after `now` that stands in a row: when there is work to do, most likely."""
    times = (
        time
        for state in tables.values()
        for row in state.rows.values()
        for value in row.values()
        if (time := _time(value)) and time > now
    )
    return min(times, default=None)


def _time(text: str) -> datetime | None:
    # A date alone, or a number, is no moment.
    if not text[:4].isdecimal() or ":" not in text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _rows(
    before: TableState | None, after: TableState | None
) -> Iterator[tuple[tuple[str, ...], Values | None, Values | None]]:
    old, new = before.rows if before else {}, after.rows if after else {}
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _read(reader: Rows, engine: Engine, name: str) -> TableState:
    try:
        found = reader.rows(name)[:MOST_ROWS]
        with readable(_("a table “{table}” that can be read").format(table=name)):
            keys = within(READING_SECONDS, lambda: _primary_key(engine, name))
    except CheckFailed as failed:
        return TableState((), {}, failed.happened)
    rows: dict[tuple[str, ...], Values] = {}
    for row in found:
        values = {column: _text(value) for column, value in row.items()}
        key = tuple(values[column] for column in keys) if keys else tuple(values.values())
        rows[key] = values
    return TableState(keys, rows)


def _primary_key(engine: Engine, table: str) -> tuple[str, ...]:
    with engine.connect() as connection:
        require(connection, table)
        return tuple(inspect(connection).get_pk_constraint(table)["constrained_columns"])


def _text(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} […]"
