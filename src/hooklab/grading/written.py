"""What has been committed to the app's database, as the database itself shows it."""

import hashlib
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from hooklab.grading import sqlite_file, tables
from hooklab.grading.regular import read_regular
from hooklab.texts import _

# More than any app of the course writes while it is held.
MOST_BYTES = 16 * 1024 * 1024
MOST_ROWS = 50_000

# See "The Database Header" in https://sqlite.org/fileformat2.html and "The WAL-Index Header" in
# https://sqlite.org/walformat.html.
_WAL_VERSION, _WAL = 18, 2
_COUNTER = struct.Struct(">I")
_COUNTER_PLACE = 24
_WAL_COUNTER = struct.Struct("=I")
_WAL_COUNTER_PLACE = 8
_HEADER = 100


@dataclass(frozen=True)
class Written:
    """The state of a database.

    Attributes:
        content: a digest of it, or of what stands for it.
        count: how many transactions were committed, counted from anywhere; 0 where nobody counts.
        transactions: the transactions to which the rows owe their present form.
    """

    content: bytes
    count: int = 0
    transactions: frozenset[str] = frozenset()

    def commits_since(self, before: "Written") -> int:
        """How many transactions at least have been committed since the state `before`."""
        return max(
            self.count - before.count,
            len(self.transactions - before.transactions),
            int(self.content != before.content),
        )


def in_file(path: Path) -> Written:
    """The state of a SQLite database, which need not exist.

    Raises:
        sqlite3.Error: it cannot be read.
        TooLarge: it is larger than `MOST_BYTES`.
    """
    connection = sqlite_file.connect(path)
    try:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        [size] = connection.execute("PRAGMA page_size").fetchone()
        if pages * size > MOST_BYTES:
            raise tables.TooLarge(_("it is larger than {size} MiB").format(size=MOST_BYTES >> 20))
        # What is in the write-ahead log is part of it.
        image = connection.serialize() if pages else b""
    finally:
        connection.close()
    return Written(hashlib.sha256(image).digest(), _count(path) if pages else 0)


def _count(path: Path) -> int:
    """SQLite's own count of transactions. It can be forged, the content cannot."""
    try:
        header = read_regular(path, _HEADER)
        if header[_WAL_VERSION] != _WAL:
            return int(_COUNTER.unpack_from(header, _COUNTER_PLACE)[0])
        index = read_regular(path.with_name(f"{path.name}-shm"), _HEADER)
        return int(_WAL_COUNTER.unpack_from(index, _WAL_COUNTER_PLACE)[0])
    except (OSError, IndexError, struct.error):
        # The index is made by whoever opens the database first, and then begins at zero.
        return 0


def on_server(engine: Engine) -> Written:
    """The state of a schema on PostgreSQL: each row knows the transaction that wrote it.

    Raises:
        SQLAlchemyError: it cannot be read.
        TooLarge: it has more than `MOST_ROWS` rows.
    """
    digest = hashlib.sha256()
    writers: Counter[str] = Counter()
    with engine.connect() as connection:
        for name in tables.names(connection):
            quoted = connection.dialect.identifier_preparer.quote(name)
            query = f"SELECT ctid::text, xmin::text FROM {quoted} LIMIT {MOST_ROWS}"  # noqa: S608
            for place, transaction in connection.execute(text(query)):
                digest.update(f"{name} {place} {transaction}\n".encode())
                writers[transaction] += 1
            if writers.total() >= MOST_ROWS:
                raise tables.TooLarge(_("it has more than {n} rows").format(n=MOST_ROWS))
    return Written(digest.digest(), transactions=frozenset(writers))
