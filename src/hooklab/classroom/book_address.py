"""Where a gradebook is: a file, or a database on a PostgreSQL server."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from hooklab.errors import HooklabError
from hooklab.texts import _

READS = "hooklab_reads"
# How long somebody else may be writing.
_LOCK_SECONDS = 30


def read_address(address: str) -> URL:
    """Where the database is: in a file, or on a server; HooklabError when it is no such place."""
    if "://" not in address:
        return URL.create("sqlite", database=str(Path(address).resolve()))
    try:
        url: URL | None = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() != "postgresql":
        raise HooklabError(
            _("{address} is no address of a gradebook").format(address=shown_address(address)),
            _("name a file, or a database such as postgresql://user@host/grades"),
        )
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def open_engine(url: URL) -> Engine:
    """The access to a database; a transaction with the option READS only reads."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _LOCK_SECONDS})
    # Python's driver begins no transaction before a table is made or changed.
    # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable
    event.listen(engine, "connect", _begin_nothing)
    event.listen(engine, "begin", _begin)
    return engine


def _begin_nothing(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    # Whoever reads first and then writes could be refused in the middle: so it waits before.
    reads = connection.get_execution_options().get(READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def check_file(path: Path, *, is_new: bool) -> None:
    """Refuse a file that cannot be made, or that should be there."""
    if not path.parent.is_dir():
        raise HooklabError(
            _("the folder {folder} does not exist").format(folder=path.parent),
            _("make it, or choose another file"),
        )
    if not is_new and not path.is_file():
        raise HooklabError(
            _("{file} does not exist").format(file=path),
            _("name the gradebook that hooklab class grade has made"),
        )


def shown_address(address: str) -> str:
    """The address without its password."""
    if "://" not in address:
        return address
    try:
        return make_url(address).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return address.partition("://")[0] + "://…"
