"""Reading the app's tables from outside."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Engine, MetaData, Table, inspect, select
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from hooklab.grading.failure import CheckFailed
from hooklab.grading.schema import TableSchema, reflect
from hooklab.texts import _, plural

Row = dict[str, Any]

MOST_ROWS = 10_000


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
        return sorted(inspect(self._engine).get_table_names())

    def schema(self, table: str) -> TableSchema:
        """The keys and indexes of `table`, whatever their names."""
        self._settle()
        try:
            return reflect(self._engine, table)
        except NoSuchTableError:
            raise self._no_table(table) from None

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The rows of `table` whose columns have the values of `where`; ten thousand at most."""
        self._settle()
        try:
            return self._read(table, where)
        except NoSuchTableError:
            raise self._no_table(table) from None
        except (SQLAlchemyError, ValueError) as error:
            raise CheckFailed(
                _("a table “{table}” that can be read").format(table=table), str(error)
            ) from None

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
        missing = [column for column in wanted if column not in found]
        if missing:
            raise self._no_column(table, missing[0])
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

    def _read(self, table: str, where: Mapping[str, Any]) -> list[Row]:
        with self._engine.connect() as connection:
            if table not in self._reflected:
                # Keys and indexes are not looked at: reflecting them takes the most time.
                columns_found = inspect(connection).get_columns(table)
                self._reflected[table] = Table(
                    table,
                    MetaData(),
                    *(Column(each["name"], each["type"]) for each in columns_found),
                )
            columns = self._reflected[table].c
            for column in where:
                if column not in columns:
                    raise self._no_column(table, column)
            query = (
                select(self._reflected[table])
                .where(*(columns[column] == value for column, value in where.items()))
                .limit(MOST_ROWS)
            )
            return [dict(row) for row in connection.execute(query).mappings()]

    def _no_table(self, table: str) -> CheckFailed:
        return CheckFailed(
            _("a table named “{table}”").format(table=table),
            _("the tables are: {tables}").format(tables=", ".join(self.tables()) or "-"),
        )

    def _no_column(self, table: str, column: str) -> CheckFailed:
        columns = ", ".join(each.name for each in self._reflected[table].c)
        return CheckFailed(
            _("a column “{column}” in table “{table}”").format(column=column, table=table),
            _("its columns are: {columns}").format(columns=columns),
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
