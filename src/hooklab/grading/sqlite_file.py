"""Opening a SQLite file that a stranger wrote: looked at first, and with bounds in all it does.

SQLite's own advice for such files is followed as far as Python's module allows:
https://sqlite.org/security.html
"""

import os
import sqlite3
import stat
import sys
import time
from pathlib import Path
from urllib.parse import quote

from hooklab.texts import _

# The app itself cannot write more than 64 MiB into one file.
FILE_BYTES = 128 * 1024 * 1024
VALUE_BYTES = 1024 * 1024
BUSY_SECONDS = 5.0
# After this much time a connection's statement is interrupted; waiting for a lock counts too.
READING_SECONDS = 8.0
WRITING_SECONDS = 15.0
# So many instructions of SQLite's machine take far less than a millisecond.
_INSTRUCTIONS = 5_000

# SQLite opens these by itself, as soon as they are there.
_BESIDE = ("", "-journal", "-wal", "-shm")


def connect(path: Path, *, writable: bool = False) -> sqlite3.Connection:
    """A connection to the file `path`; to an empty database while there is none.

    Raises:
        sqlite3.OperationalError: it is no regular file, it is too large, it cannot be opened.
    """
    for name in _BESIDE:
        _look_at(path.with_name(path.name + name))
    address = f"file:{quote(str(path))}?mode={'rw' if writable else 'ro'}"
    connection = sqlite3.connect(
        address if path.exists() else ":memory:",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    try:
        _bound(connection, WRITING_SECONDS if writable else READING_SECONDS)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def take_patterns_away(connection: sqlite3.Connection, *_record: object) -> None:
    """Remove SQLAlchemy's function for REGEXP: a pattern in a CHECK could keep Python busy."""
    connection.create_function("regexp", 2, None)


def _look_at(path: Path) -> None:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise sqlite3.OperationalError(_("{file} is no regular file").format(file=path.name))
    if found.st_size > FILE_BYTES:
        raise sqlite3.OperationalError(
            _("{file} is larger than {size} MiB").format(file=path.name, size=FILE_BYTES >> 20)
        )


def _bound(connection: sqlite3.Connection, seconds: float) -> None:
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _INSTRUCTIONS)
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100),
    ):
        connection.setlimit(limit, value)
    # What is no text is shown as such; an app that wrote it is not the trusted side's fault.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    # What stands in the schema may call nothing but SQLite's harmless functions.
    connection.execute("PRAGMA trusted_schema = OFF")
    # A trigger of the app's writes with the trusted side's hand, which has no limit of its own.
    [page] = connection.execute("PRAGMA page_size").fetchone()
    connection.execute(f"PRAGMA max_page_count = {FILE_BYTES // page}")
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
