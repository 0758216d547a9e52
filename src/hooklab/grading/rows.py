"""Reading the app's tables from outside."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, MetaData, Table, select
from sqlalchemy.exc import NoSuchTableError

from hooklab.grading import tables
from hooklab.grading.failure import CheckFailed
from hooklab.grading.patience import Result, within
from hooklab.grading.schema import TableSchema, reflect
from hooklab.texts import _, plural

MOST_ROWS = 10_000
MOST_BYTES = 16 * 1024 * 1024
# What an object of Python's takes besides its content.
_VALUE = 48

# More than a statement may take, on either database: the driver's own word is better.
READING_SECONDS = 10.0


class Row(dict[str, Any]):
    """A row by its columns; asking for one that it does not have fails the check."""

    def __init__(self, values: Mapping[str, Any], table: str) -> None:
        super().__init__(values)
        self._table = table

    def __missing__(self, column: str) -> Any:
        raise no_column(self._table, column, self)


class Rows:
    """The tables of the app, read-only, with the columns that they really have.

    Args:
        engine: the trusted side's own access to the check's database.
        settle: called before each look, so that the app has finished what it is doing.
    """

    def __init__(self, engine: Engine, settle: Callable[[], None]) -> None:
        self._engine = engine
        self._settle = settle
        self._reflected: dict[str, Table] = {}

    def tables(self) -> list[str]:
        """The names of all tables."""
        self._settle()
        with readable(_("a database that can be read")):
            return within(READING_SECONDS, self._names)

    def schema(self, table: str) -> TableSchema:
        """The keys and indexes of `table`, whatever their names."""
        return self._look(table, lambda: reflect(self._engine, table))

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The rows of `table` whose columns have the values of `where`; ten thousand at most."""
        return self._look(table, lambda: self._read(table, where))

    def expect(self, table: str, count: int, **where: Any) -> list[Row]:
        """Fail the check unless `table` has exactly `count` such rows; the rows."""
        found = self.rows(table, **where)
        if len(found) != count:
            raise CheckFailed(
                plural("exactly {count} row", "exactly {count} rows", count)
                + " "
                + _("in table “{table}”{where}").format(table=table, where=_where(where)),
                _show(found),
            )
        return found

    def expect_row(self, table: str, where: Mapping[str, Any], **wanted: Any) -> Row:
        """Fail the check unless one row matches `where` and has the values of `wanted`."""
        found = self.expect(table, 1, **where)[0]
        wrong = {column for column, value in wanted.items() if found[column] != value}
        if wrong:
            raise CheckFailed(
                _("in table “{table}”, the row{where}: {wanted}").format(
                    table=table,
                    where=_where(where),
                    wanted=_pairs({column: wanted[column] for column in wanted if column in wrong}),
                ),
                _pairs({column: found[column] for column in wanted if column in wrong}),
            )
        return found

    def _look(self, table: str, look: Callable[[], Result]) -> Result:
        self._settle()
        try:
            with readable(_("a table “{table}” that can be read").format(table=table)):
                return within(READING_SECONDS, look)
        except NoSuchTableError:
            raise CheckFailed(
                _("a table named “{table}”").format(table=table),
                _("the tables are: {tables}").format(tables=", ".join(self.tables()) or "-"),
            ) from None

    def _names(self) -> list[str]:
        with self._engine.connect() as connection:
            return tables.names(connection)

    def _read(self, table: str, where: Mapping[str, Any]) -> list[Row]:
        with self._engine.connect() as connection:
            if table not in self._reflected:
                # Keys and indexes are not looked at: reflecting them takes the most time.
                columns_found = tables.columns(connection, table)
                self._reflected[table] = Table(table, MetaData(), *columns_found)
            else:
                # It may have been replaced since.
                tables.require(connection, table)
            columns = self._reflected[table].c
            for column in where:
                if column not in columns:
                    raise no_column(table, column, columns.keys())
            query = (
                select(self._reflected[table])
                .where(*(columns[column] == value for column, value in where.items()))
                .limit(MOST_ROWS)
            )
            tables.require_size(connection, query, MOST_BYTES)
            found = connection.execute(query.execution_options(yield_per=50)).mappings()
            return list(_bounded((Row(dict(row), table) for row in found), MOST_BYTES))


def seconds_to_read(engine: Engine, table: str, count: int) -> float:
    """The processor time that reading `count` rows of `table` takes, one after another."""
    with engine.connect() as connection:
        read = Table(table, MetaData(), *tables.columns(connection, table))
        query = select(read).limit(count).execution_options(yield_per=count // 10 or 1)
        started = time.thread_time()
        for _row in connection.execute(query):
            pass
        return time.thread_time() - started


@contextmanager
def readable(wanted: str) -> Iterator[None]:
    """Whatever the app's database does to its reader fails the check, which wants `wanted`."""
    try:
        yield
    except NoSuchTableError:
        raise
    except TimeoutError:
        raise CheckFailed(
            wanted, _("reading takes longer than {seconds:g} s").format(seconds=READING_SECONDS)
        ) from None
    except tables.ERRORS as error:
        raise CheckFailed(wanted, tables.told(error)) from None


def _bounded(rows: Iterable[Row], most: int) -> Iterator[Row]:
    total = 0
    for row in rows:
        total += sum(
            _VALUE + (len(each) if hasattr(each, "__len__") else 0) for each in row.values()
        )
        if total > most:
            raise tables.TooLarge(_("its rows are larger than {size} MiB").format(size=most >> 20))
        yield row


def no_column(table: str, column: str, columns: Iterable[str]) -> CheckFailed:
    """The failure of a check that asks `table`, which has `columns`, for another one."""
    return CheckFailed(
        _("a column “{column}” in table “{table}”").format(column=column, table=table),
        _("its columns are: {columns}").format(columns=", ".join(columns)),
    )


def _where(where: Mapping[str, Any]) -> str:
    return _(" with {pairs}").format(pairs=_pairs(where)) if where else ""


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{column} = {value!r}" for column, value in values.items())


def _show(rows: Sequence[Row]) -> str:
    lines = [plural("{count} row", "{count} rows", len(rows))]
    lines += [f"  {_pairs(row)}" for row in rows[:8]]
    if len(rows) > 8:
        lines.append(f"  … +{len(rows) - 8}")
    return "\n".join(lines)
