"""What the keys and indexes of a table guarantee, on SQLite and on PostgreSQL alike."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, Inspector, inspect
from sqlalchemy.exc import SAWarning

from hooklab.grading.tables import require

Columns = tuple[str, ...]


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values another table must have."""

    columns: Columns
    table: str
    to: Columns


@dataclass(frozen=True)
class TableSchema:
    """What the database itself promises about a table.

    Attributes:
        unique: sets of columns of which no two rows have the same values, in whatever way that is
            ensured: a primary key, a unique constraint, a unique index over all rows.
        foreign_keys: where its rows point to.
        indexes: the columns by which rows are found without reading them all, in the order of
            each index; those of the unique keys are among them. Indexes on expressions are not.
    """

    unique: tuple[frozenset[str], ...]
    foreign_keys: tuple[ForeignKey, ...]
    indexes: tuple[Columns, ...]

    def is_unique(self, *columns: str) -> bool:
        """Whether no two rows can have the same values in all of `columns`."""
        return any(key <= set(columns) for key in self.unique)


def reflect(engine: Engine, table: str) -> TableSchema:
    """Read the schema of `table`; raises what `tables.require` raises."""
    with engine.connect() as connection, warnings.catch_warnings():
        require(connection, table)
        # It warns of each index that it leaves out.
        warnings.simplefilter("ignore", SAWarning)
        found = inspect(connection)
        keys, searches = _keys_and_searches(found, table)
        foreign = tuple(
            ForeignKey(
                tuple(each["constrained_columns"]),
                each["referred_table"],
                tuple(each["referred_columns"]),
            )
            for each in found.get_foreign_keys(table)
        )
    return TableSchema(tuple(map(frozenset, keys)), foreign, _without_repeats(searches))


def _keys_and_searches(found: Inspector, table: str) -> tuple[list[Columns], list[Columns]]:
    primary = tuple(found.get_pk_constraint(table)["constrained_columns"])
    keys = [primary] if primary else []
    keys += [tuple(each["column_names"]) for each in found.get_unique_constraints(table)]
    searches = list(keys)
    # SQLite's own indexes tell of each UNIQUE; its constraints are guessed from the text.
    for index in found.get_indexes(table, include_auto_indexes=True):
        columns = tuple(filter(None, index["column_names"]))
        # An expression has no name: SQLite's reflection leaves such an index out, PostgreSQL's not.
        if len(columns) < len(index["column_names"]):
            continue
        searches.append(columns)
        # One with a WHERE says nothing about the rows that it leaves out.
        partial = any(name.endswith("_where") for name in index.get("dialect_options", {}))
        if index["unique"] and not partial:
            keys.append(columns)
    return keys, searches


def _without_repeats(searches: Iterable[Columns]) -> tuple[Columns, ...]:
    return tuple(dict.fromkeys(searches))
