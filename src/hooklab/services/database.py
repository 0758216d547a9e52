"""A database engine that behaves alike on SQLite and on PostgreSQL."""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, create_engine

BUSY_SECONDS = 5


def make_engine(url: str) -> Engine:
    """An engine for `url`.

    On SQLite it switches on what PostgreSQL always does (foreign keys), lets readers and one
    writer work at the same time (WAL), and makes a second writer wait up to five seconds.

    Args:
        url: `sqlite:///file.db` or `postgresql+psycopg://user@host/database`.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def insert(session: Session, table: type[SQLModel]) -> Any:
    """An INSERT for `table` that understands `on_conflict_do_nothing` and `…_do_update`.

    Both databases have these clauses, and SQLAlchemy keeps them in the dialects.
    """
    dialect = session.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
