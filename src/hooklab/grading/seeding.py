"""Rows that the trusted side itself writes into the app's tables, as another program would."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    inspect,
    text,
)
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.sql.type_api import TypeEngine

from hooklab.grading import tables
from hooklab.grading.failure import CheckFailed
from hooklab.grading.patience import within
from hooklab.texts import _

Row = Mapping[str, Any]

# More than a statement may take: the driver's own word is better.
WRITING_SECONDS = 20.0


def write_rows(
    engine: Engine, table: str, rows: Sequence[Row], *, times: int = 1, apart: str = ""
) -> None:
    """Write `rows`, which all have the same columns, into `table`.

    Times are aware; a column without a zone gets them in UTC. What the app's table has besides,
    and neither may be empty nor has a default, is filled with something. A table that does not
    take the rows fails the check.

    Args:
        times: each row of the table is there so often in the end. The database copies them, since
            a hundred thousand rows are too many to be sent.
        apart: the column of text by which the copies differ.
    """
    wanted = _("a table “{table}” that takes rows with {columns}").format(
        table=table, columns=", ".join(rows[0])
    )

    def write() -> None:
        with engine.begin() as connection:
            tables.require(connection, table)
            found = inspect(connection).get_columns(table)
            missing = set(rows[0]) - {each["name"] for each in found}
            if missing:
                raise CheckFailed(wanted, _("without {columns}").format(columns=", ".join(missing)))
            into = Table(table, MetaData(), *(Column(each["name"], each["type"]) for each in found))
            connection.execute(into.insert(), _completed(found, rows))
            if times > 1:
                connection.execute(
                    text(_copying(found, rows[0], table, apart)), {"most": times - 1}
                )
            if engine.dialect.name == "postgresql":
                # The planner knows nothing yet of rows that have just been written.
                connection.execute(text(f'ANALYZE "{table}"'))

    try:
        within(WRITING_SECONDS, write)
    except NoSuchTableError:
        raise CheckFailed(wanted, _("there is no such table")) from None
    except TimeoutError:
        raise CheckFailed(
            wanted, _("writing takes longer than {seconds:g} s").format(seconds=WRITING_SECONDS)
        ) from None
    except tables.ERRORS as error:
        raise CheckFailed(wanted, tables.told(error)) from None


def _completed(found: Sequence[Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    numbers = count(1_000_000)
    others = [each for each in found if each["name"] not in rows[0] and _is_required(each)]
    without_zone = {
        each["name"]
        for each in found
        if isinstance(each["type"], DateTime) and not each["type"].timezone
    }

    def complete(row: Row) -> dict[str, Any]:
        values = {
            name: value.astimezone(UTC).replace(tzinfo=None)
            if name in without_zone and isinstance(value, datetime)
            else value
            for name, value in row.items()
        }
        return values | {each["name"]: _something(each["type"], next(numbers)) for each in others}

    return [complete(row) for row in rows]


def _copying(found: Sequence[Any], given: Row, table: str, apart: str) -> str:
    different = {
        each["name"]
        for each in found
        if each["name"] not in given and _is_required(each) and each["type"].python_type is str
    } | {apart}
    names = [each["name"] for each in found if not _is_numbered(each)]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(
        f'"{table}"."{name}"' + (" || '-' || copy.n" if name in different else "") for name in names
    )
    return (
        "WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < :most) "  # noqa: S608 - names of columns
        f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" CROSS JOIN copy'
    )


def _is_numbered(column: Any) -> bool:
    """Whether the database itself counts it up."""
    is_key = column.get("primary_key") and column["type"].python_type is int
    counts = "nextval(" in str(column.get("default"))
    return bool(is_key or counts or column.get("identity") or column.get("computed"))


def _is_required(column: Any) -> bool:
    has_value = column["nullable"] or column.get("default") is not None
    return not (has_value or _is_numbered(column))


def _something(kind: TypeEngine[Any], number: int) -> Any:
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, DateTime):
        return datetime(2026, 1, 1, tzinfo=UTC if kind.timezone else None)
    if isinstance(kind, LargeBinary):
        return b""
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, Numeric) or kind.python_type is int:
        return number
    return str(number)
