"""A database for each check: a file for SQLite, a schema of its own on PostgreSQL."""

import secrets
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from hooklab.errors import HooklabError
from hooklab.texts import _


class Database(Protocol):
    """The database of one check.

    Attributes:
        url: what the app is told.
        engine: the grader's own access, which never writes.
    """

    url: str
    engine: Engine

    def close(self) -> None:
        """Remove it."""


class Server(Protocol):
    """Where the databases of a run live."""

    def create(self, folder: Path) -> Database:
        """A new, empty database; `folder` is the check's own."""

    def take_away(self) -> None:
        """Refuse connections and break the existing ones, where that can be done outside."""

    def bring_back(self) -> None:
        """Undo `take_away`."""

    def close(self) -> None:
        """Remove everything."""


def server(address: str | None) -> Server:
    """SQLite files, or databases on the PostgreSQL server at `address`."""
    return PostgresServer(address) if address else SqliteServer()


class SqliteServer:
    """A file for each check, in the check's folder."""

    def create(self, folder: Path) -> Database:
        """A database that comes into being when the app first uses it."""
        return SqliteDatabase(folder / "app.db")

    def take_away(self) -> None:
        """Nothing to stop: the worker makes the driver fail."""

    def bring_back(self) -> None:
        """Nothing was stopped."""

    def close(self) -> None:
        """The files go with the checks' folders."""


class SqliteDatabase:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self.engine = create_engine(
            f"sqlite:///file:{path}?mode=ro&uri=true",
            poolclass=NullPool,
            connect_args={"timeout": 5},
        )

    def close(self) -> None:
        """The file goes with the check's folder."""
        self.engine.dispose()


class PostgresServer:
    """A database for the run, and in it a schema for each check.

    Args:
        address: a URL whose user may create databases, such as
            `postgresql+psycopg://user@127.0.0.1/postgres`.

    Raises:
        HooklabError: no such server, or no right to create a database.
    """

    def __init__(self, address: str) -> None:
        self._name = f"hooklab_{secrets.token_hex(6)}"
        try:
            self._admin = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
            self._run(f'CREATE DATABASE "{self._name}"')
        except SQLAlchemyError as error:
            raise HooklabError(
                _("the database server does not do as asked: {error}").format(error=error),
                _("check HOOKLAB_DATABASE_URL, and that its user may create databases"),
            ) from None
        self._url = make_url(address).set(database=self._name)

    def create(self, folder: Path) -> Database:  # noqa: ARG002 - SQLite needs it
        """A new schema; `folder` is not needed."""
        return PostgresDatabase(self._url, f"check_{secrets.token_hex(6)}")

    def take_away(self) -> None:
        """Refuse new connections to the run's database and end those that exist."""
        self._run(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS false')
        self._run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608 - our own name
            f"WHERE datname = '{self._name}'"
        )

    def bring_back(self) -> None:
        """Allow connections again."""
        self._run(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS true')

    def close(self) -> None:
        """Drop the run's database."""
        self._run(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


class PostgresDatabase:
    """One schema, first on the search path of whoever connects."""

    def __init__(self, url: URL, schema: str) -> None:
        own = url.update_query_dict({"options": f"-csearch_path={schema}"})
        self.url = own.render_as_string(hide_password=False)
        self.engine = create_engine(own, poolclass=NullPool)
        with self.engine.begin() as connection:
            connection.execute(text(f'CREATE SCHEMA "{schema}"'))

    def close(self) -> None:
        """The schema goes with the run's database."""
        self.engine.dispose()
