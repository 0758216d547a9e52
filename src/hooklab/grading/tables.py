"""What stands behind a name in the app's database, before anybody reads from it.

A view runs whatever its author wrote, for as long as it likes; a virtual column does so too. A
check asks for a table, so only tables are read, and of them only what is stored.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select, Text, cast, func, inspect, literal_column, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError

from hooklab.texts import _

# The database's own toolkit reads a definition with patterns, which take their time over long ones.
LONGEST_DEFINITION = 20_000
MOST_TABLES = 200
LONGEST_MESSAGE = 600


class TooLarge(ValueError):
    """More than the trusted side is willing to read."""


# What reading may raise for what stands in a stranger's database: values that their column's type
# does not explain, numbers without end, texts that are nested without end.
ERRORS = (
    SQLAlchemyError,
    sqlite3.Error,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)

_ON_SQLITE = sql(
    "SELECT name, type, sql LIKE 'CREATE VIRTUAL%' AS virtual,"
    " (SELECT sum(length(own.sql)) FROM sqlite_master AS own WHERE own.tbl_name = each.name)"
    " AS size FROM sqlite_master AS each WHERE type IN ('table', 'view')"
    " AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
)
_ON_POSTGRESQL = sql(
    "SELECT relname AS name, CASE WHEN relkind IN ('r', 'p') THEN 'table' ELSE 'view' END AS type,"
    " 0 AS size, false AS virtual FROM pg_catalog.pg_class"
    " WHERE relnamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()::text)"
    " AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname"
)


def names(connection: Connection) -> list[str]:
    """The names of the tables, in order, two hundred at most."""
    found = (row.name for row in _relations(connection) if row.type == "table")
    return [str(name) for name in found][:MOST_TABLES]


def require(connection: Connection, table: str) -> None:
    """Refuse what is no table that can be read without running anything of its author's.

    Raises:
        NoSuchTableError: there is nothing of this name.
        ValueError: it is something else than a table, or its definition is too long.
    """
    # SQLite knows no difference between capitals and small letters in a name.
    fold = str.lower if connection.dialect.name == "sqlite" else str
    row = next((row for row in _relations(connection) if fold(row.name) == fold(table)), None)
    if row is None:
        raise NoSuchTableError(table)
    if row.type != "table" or row.virtual:
        raise ValueError(_("it is a view or the like, not a table that holds rows"))
    if row.size > LONGEST_DEFINITION:
        raise TooLarge(
            _("its definition is longer than {n} characters").format(n=LONGEST_DEFINITION)
        )


def columns(connection: Connection, table: str) -> list[Column[Any]]:
    """The columns of `table` that are stored; raises what `require` raises."""
    require(connection, table)
    return [
        Column(each["name"], each["type"])
        for each in inspect(connection).get_columns(table)
        if each.get("computed", {}).get("persisted", True)
    ]


def require_size(connection: Connection, query: Select[Any], most: int) -> None:
    """Refuse the rows of `query` when they are larger than `most` bytes, before they are sent.

    SQLite sends nothing: its rows are counted while they are read.
    """
    if connection.dialect.name != "postgresql":
        return
    each = query.subquery("each")
    whole = cast(literal_column('"each"'), Text)
    size: Any = connection.scalar(
        select(func.coalesce(func.sum(func.octet_length(whole)), 0)).select_from(each)
    )
    if size > most:
        raise TooLarge(_("its rows are larger than {size} MiB").format(size=most >> 20))


def told(error: BaseException) -> str:
    """What the database's driver, or Python, says of `error`, without words about the toolkit."""
    said = str(error.orig) if isinstance(error, DBAPIError) and error.orig else str(error)
    return f"{said or type(error).__name__}"[:LONGEST_MESSAGE]


def _relations(connection: Connection) -> Sequence[Any]:
    found = _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL
    return connection.execute(found).fetchmany(1000)
