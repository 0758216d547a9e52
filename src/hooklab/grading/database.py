"""A database for each check: a file for SQLite, a schema of its own on PostgreSQL."""

import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from hooklab.errors import HooklabError
from hooklab.grading import sqlite_file, written
from hooklab.texts import _
from hooklab.worker.sockets import NONE, connections

# Of a statement of the trusted side on PostgreSQL, and of its wait for a lock.
READING_SECONDS = 8
WRITING_SECONDS = 15
LOCK_SECONDS = 5
POSTGRES_PORT = 5432
# Of the schemas of all checks of a run together: an app of the course fills less than one MiB.
SERVER_BYTES = 256 * 1024 * 1024


class Database(Protocol):
    """The database of one check.

    Attributes:
        url: what the app is told.
        engine: the trusted side's own access, which never writes.
    """

    url: str
    engine: Engine

    @property
    def writer(self) -> Engine:
        """The trusted side's access for rows of its own."""

    def written(self) -> written.Written:
        """What has been committed so far; raises `tables.ERRORS` when it cannot be read."""

    def keeps_waiting(self) -> bool:
        """Whether a lock keeps somebody of the app from writing; raises `tables.ERRORS`."""

    def rows_read(self, table: str) -> int | None:
        """How many rows of `table`, or of its indexes, were read; None where nobody counts."""

    def scans(self, table: str) -> int | None:
        """How often a statement read `table` or an index of it; None where nobody counts."""

    def works(self, pids: Sequence[int]) -> bool:
        """Whether a server works for these processes of the app: on a connection, on a statement.

        Only of processes that stand still can it be told.
        """

    def is_left(self, seconds: float) -> bool:
        """Whether the app has no connection any more; `seconds` at most are waited for it."""

    def take_away(self) -> bool:
        """Refuse the app's connections and break the existing ones; False where none can be."""

    def bring_back(self) -> None:
        """Undo `take_away`."""

    def is_full(self) -> bool:
        """Whether a server holds too much for it; what lies in the check's folder counts there."""

    def empty(self) -> None:
        """End what a server still does for the app, and remove what it holds."""

    def close(self) -> None:
        """Let go of it; what it holds is removed with the check's folder, or with the run."""


class Server(Protocol):
    """Where the databases of a run live."""

    def create(self, folder: Path) -> Database:
        """A new, empty database; `folder` is the check's own."""

    def close(self) -> None:
        """Remove everything."""


def server(address: str | None) -> Server:
    """SQLite files, or schemas on the PostgreSQL server at `address`."""
    return PostgresServer(address) if address else SqliteServer()


class SqliteServer:
    """A file for each check, in the check's folder."""

    def create(self, folder: Path) -> Database:
        """A database that comes into being when the app first uses it."""
        # Its own: the app may write to this folder, where the files of the journal come to lie.
        own = folder / "database"
        own.mkdir()
        return SqliteDatabase(own / "app.db")

    def close(self) -> None:
        """The files go with the checks' folders."""


class SqliteDatabase:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path
        self.engine = self._open()

    @cached_property
    def writer(self) -> Engine:
        """Made when a check wants it: most only read."""
        return self._open(writable=True)

    def _open(self, *, writable: bool = False) -> Engine:
        how = partial(sqlite_file.connect, self._path, writable=writable)
        engine = create_engine("sqlite://", creator=how, poolclass=NullPool)
        event.listen(engine, "connect", sqlite_file.take_patterns_away)
        return engine

    def written(self) -> written.Written:
        """See `written.in_file`."""
        return written.in_file(self._path)

    def keeps_waiting(self) -> bool:
        """Whether somebody has the one lock for writing."""
        return sqlite_file.is_locked(self._path)

    def rows_read(self, table: str) -> int | None:  # noqa: ARG002 - PostgreSQL counts
        """SQLite counts nothing."""
        return None

    def scans(self, table: str) -> int | None:  # noqa: ARG002 - PostgreSQL counts
        """SQLite counts nothing."""
        return None

    def works(self, pids: Sequence[int]) -> bool:  # noqa: ARG002 - a server must tell
        """The app's own threads do the work."""
        return False

    def is_left(self, seconds: float) -> bool:  # noqa: ARG002 - a server must notice it
        """Connections end with their process."""
        return True

    def take_away(self) -> bool:
        """There is no server that could be stopped: the driver must fail in the app's process."""
        return False

    def bring_back(self) -> None:
        """Nothing was stopped."""

    def is_full(self) -> bool:
        """No server holds anything."""
        return False

    def empty(self) -> None:
        """The file goes with the check's folder."""

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


class PostgresServer:
    """A database for the run, and in it a role with a schema for each check.

    Args:
        address: a URL whose user may create databases and roles, such as
            `postgresql+psycopg://user@127.0.0.1/postgres`.

    Raises:
        HooklabError: no such server, or not these rights.
    """

    def __init__(self, address: str) -> None:
        self._name = f"hooklab_{secrets.token_hex(6)}"
        self._roles: list[str] = []
        # Slots are made by several threads: a number is drawn, never computed.
        self._numbers = count()
        try:
            self._admin = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
            run(self._admin, f'CREATE DATABASE "{self._name}"')
        except (SQLAlchemyError, ImportError) as error:
            raise HooklabError(
                _("the database server does not do as asked: {error}").format(error=error),
                _("check the address, and that its user may create databases and roles"),
            ) from None
        self._url = make_url(address).set(database=self._name)
        # Kept open: it is asked at each look of a check.
        self._watch = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._tells_ports = _tells_ports(self._watch)

    def create(self, folder: Path) -> Database:  # noqa: ARG002 - SQLite needs it
        """A new role with a schema of its own; `folder` is not needed."""
        role = f"{self._name}_{next(self._numbers)}"
        self._roles.append(role)
        return PostgresDatabase(self._url, role, self._watch, tells_ports=self._tells_ports)

    def close(self) -> None:
        """Drop the run's database and its roles."""
        self._watch.dispose()
        run(self._admin, f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
        for role in self._roles:
            run(self._admin, f'DROP ROLE IF EXISTS "{role}_looker", "{role}"')


class PostgresDatabase:
    """One schema, the one role that may use it, and a role for the trusted side's looks at it.

    What the app put into its schema may run when somebody looks at a table: an operator, a rule, a
    trigger. It must not run as the server's administrator, so whoever looks may do what the app may
    do, and no more. It has a role of its own because the app's is locked out at times.
    """

    def __init__(self, url: URL, role: str, watch: Engine, *, tells_ports: bool) -> None:
        self._role = role
        self._watch = watch
        self._tells_ports = tells_ports
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        looker = f"{role}_looker"
        password, secret = secrets.token_hex(8), secrets.token_hex(16)
        run(
            self._admin,
            f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{password}'",
            f'CREATE ROLE "{looker}" LOGIN PASSWORD \'{secret}\' IN ROLE "{role}"',
            f'GRANT "{role}" TO CURRENT_USER',
            f'ALTER ROLE "{role}" SET search_path = "{role}"',
            f'CREATE SCHEMA "{role}" AUTHORIZATION "{role}"',
        )
        own = url.set(username=role, password=password)
        self.url = own.render_as_string(hide_password=False)
        self._looker = url.set(username=looker, password=secret)
        self.engine = self._open(READING_SECONDS, "-cdefault_transaction_read_only=on")

    @cached_property
    def writer(self) -> Engine:
        """Made when a check wants it: most only read."""
        return self._open(WRITING_SECONDS)

    def _open(self, seconds: int, more: str = "") -> Engine:
        bounds = f"-cstatement_timeout={seconds}s -clock_timeout={LOCK_SECONDS}s"
        options = f"-csearch_path={self._role} -crow_security=off {bounds} {more}"
        return create_engine(
            self._looker.update_query_dict({"options": options}),
            connect_args={"connect_timeout": seconds},
            # What is measured first and read then must be the same.
            isolation_level="REPEATABLE READ",
            poolclass=NullPool,
        )

    def written(self) -> written.Written:
        """See `written.on_server`."""
        return written.on_server(self.engine)

    def keeps_waiting(self) -> bool:
        """Whether a connection of the app waits for a lock of any kind."""
        query = text(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks JOIN pg_catalog.pg_stat_activity "
            "USING (pid) WHERE NOT granted AND usename = :role)"
        )
        with self._admin.connect() as connection:
            return bool(connection.scalar(query, {"role": self._role}))

    def rows_read(self, table: str) -> int | None:
        """A connection adds to the server's figures when it ends, or now and then before that."""
        return self._counted("tup_read", table)

    def scans(self, table: str) -> int | None:
        """As for `rows_read`."""
        return self._counted("scan", table)

    def _counted(self, what: str, table: str) -> int:
        query = text(
            f"SELECT seq_{what} + (SELECT coalesce(sum(idx_{what}), 0)"  # noqa: S608 - our own word
            " FROM pg_catalog.pg_stat_user_indexes AS each WHERE each.relid = of.relid)"
            " FROM pg_catalog.pg_stat_user_tables AS of"
            " WHERE schemaname = :role AND relname = :name"
        )
        with self._admin.connect() as connection:
            return int(connection.scalar(query, {"role": self._role, "name": table}) or 0)

    def works(self, pids: Sequence[int]) -> bool:
        """Whether a connection of the app is about to be made, or does not wait for its word."""
        # The server knows nobody who has not logged in yet, nor of words that it has not read.
        own = connections(pids, _port(self._watch)) if self._tells_ports else NONE
        query = text(
            "SELECT client_port, state FROM pg_catalog.pg_stat_activity WHERE usename = :role"
        )
        with self._watch.connect() as connection:
            found = connection.execute(query, {"role": self._role}).all()
        seen: dict[int, str | None] = {each.client_port: each.state for each in found}
        idle = {port for port, state in seen.items() if state and state.startswith("idle")}
        return not own.is_read or set(seen) != idle or not own.ports <= idle

    def is_left(self, seconds: float) -> bool:
        """Whether the app has no connection any more, which is waited for."""
        query = text("SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE usename = :role")
        end = time.monotonic() + seconds
        with self._admin.connect() as connection:
            while connection.scalar(query, {"role": self._role}):
                if time.monotonic() > end:
                    return False
                time.sleep(0.02)
        return True

    def take_away(self) -> bool:
        """The role may not log in any more, and its connections end."""
        run(
            self._admin,
            f'ALTER ROLE "{self._role}" NOLOGIN',
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608 - our own name
            f"WHERE usename = '{self._role}'",
        )
        return True

    def bring_back(self) -> None:
        """The role may log in again."""
        run(self._admin, f'ALTER ROLE "{self._role}" LOGIN')

    def is_full(self) -> bool:
        """Whether the run's database is too large: one that takes long to tell is not."""
        with suppress(SQLAlchemyError), self._admin.connect() as connection:
            size = text("SELECT pg_database_size(current_database())")
            return int(connection.execute(size).scalar_one()) > SERVER_BYTES
        return False

    def empty(self) -> None:
        """End the role's connections, let it make no more, and drop its schema."""
        with suppress(SQLAlchemyError):
            self.take_away()
            run(self._admin, f'DROP SCHEMA IF EXISTS "{self._role}" CASCADE')

    def close(self) -> None:
        """The schema goes with the run's database."""
        self.engine.dispose()


def _port(engine: Engine) -> int:
    return engine.url.port or POSTGRES_PORT


def _tells_ports(engine: Engine) -> bool:
    """Whether the server knows its clients by the ports that they have here, without a relay."""
    with engine.connect() as connection:
        told = connection.scalar(text("SELECT inet_client_port()"))
        return told in connections([os.getpid()], _port(engine)).ports


def run(engine: Engine, *statements: str) -> None:
    """Execute `statements` on one connection."""
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
