"""What stands in the app's database is a stranger's: reading it ends, in bounds, with a word."""

import os
import sqlite3
import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from hooklab.grading import database, sqlite_file
from hooklab.grading import rows as rows_module
from hooklab.grading.failure import CheckFailed
from hooklab.grading.rows import MOST_BYTES, Rows
from hooklab.grading.seeding import write_rows

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "app.db"


@pytest.fixture
def sqlite(path):
    """The trusted side's view of `path`, and a way to write into it as the app does."""
    known = database.SqliteDatabase(path)
    yield known
    known.close()


def write(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.create_function("regexp", 2, lambda _pattern, _text: True, deterministic=True)
    connection.execute("BEGIN")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture
def rows(sqlite) -> Rows:
    return Rows(sqlite.engine, lambda: None)


def looks(rows: Rows):
    yield partial(rows.rows, "user")
    yield partial(rows.expect, "user", 1)
    yield partial(rows.schema, "user")


def refuse(rows: Rows, said: str) -> None:
    """Every look at the table fails its check and says why."""
    for look in looks(rows):
        with pytest.raises(CheckFailed) as failed:
            look()
        assert said in failed.value.happened


@pytest.fixture(params=["in a slot", "nowhere"])
def no_tables(request, open_lab):
    """An honest app that has made no table; in one case not even the file."""
    source = """
        from fastapi import FastAPI
        from hooklab.services import make_engine

        def create_app(settings):
            if {touch}:
                make_engine(settings.database_url).connect().close()
            return FastAPI()
    """
    return open_lab(source.replace("{touch}", str(request.param == "in a slot"))).db


def test_an_app_without_tables_does_not_have_the_one_that_is_wanted(no_tables):
    assert no_tables.tables() == []
    refuse(no_tables, "the tables are: -")


def test_a_check_of_an_app_without_tables_is_not_earned(sample):
    sample.write('def test_row(lab):\n    lab.db.expect("user", 1)\n', "row")
    found = sample.grade()["row"]
    assert found.outcome == "not_earned"
    assert "a table named “user”" in found.message


@pytest.mark.parametrize("name", ["app.db", "app.db-journal", "app.db-wal"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_odd_files_in_the_place_of_the_database_are_named(path, rows, name, kind):
    write(path, "CREATE TABLE user (id TEXT)")
    odd = path.with_name(name)
    odd.unlink(missing_ok=True)
    make = {"pipe": os.mkfifo, "link": lambda it: it.symlink_to("/etc/passwd"), "folder": os.mkdir}
    make[kind](odd)
    refuse(rows, f"{name} is no regular file")
    with pytest.raises(CheckFailed, match="no regular file"):
        rows.tables()


def test_a_file_that_is_too_large_is_not_opened(path, rows, monkeypatch):
    write(path, "CREATE TABLE user (id TEXT)")
    monkeypatch.setattr(sqlite_file, "FILE_BYTES", 2000)
    refuse(rows, "app.db is larger than")


def test_a_file_that_is_no_database_is_called_so(path, rows):
    path.write_bytes(b"no database" * 1000)
    refuse(rows, "file is not a database")


def test_a_view_in_the_place_of_a_table_is_not_run(path, rows):
    write(path, f"CREATE VIEW user AS {ENDLESS}")
    refuse(rows, "it is a view")
    assert rows.tables() == []


def test_a_virtual_table_is_not_asked(path, rows):
    write(path, "CREATE VIRTUAL TABLE user USING fts5(id)")
    refuse(rows, "it is a view or the like")


def test_what_a_virtual_column_computes_is_not_computed(path, rows):
    write(
        path,
        "CREATE TABLE user (id TEXT)",
        "INSERT INTO user VALUES ('a')",
        "ALTER TABLE user ADD COLUMN long AS (instr(zeroblob(900000), zeroblob(500000) || id))",
    )
    [row] = rows.rows("user")
    assert row == {"id": "a"}


def test_a_statement_without_end_is_interrupted(path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "READING_SECONDS", 0.2)
    write(path, "CREATE TABLE user (id TEXT)")
    connection = sqlite_file.connect(path)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        connection.execute(f"SELECT count(*) FROM ({ENDLESS})").fetchall()
    connection.close()


def test_a_trigger_without_end_is_interrupted_when_a_row_is_written(path, sqlite, monkeypatch):
    monkeypatch.setattr(sqlite_file, "WRITING_SECONDS", 0.2)
    write(
        path,
        "CREATE TABLE user (id TEXT)",
        "CREATE TABLE other (i)",
        f"CREATE TRIGGER t AFTER INSERT ON user BEGIN INSERT INTO other {ENDLESS_IN_TRIGGER}; END",
    )
    with pytest.raises(CheckFailed, match="interrupted"):
        write_rows(sqlite.writer, "user", [{"id": "a"}])


# A trigger takes no WITH at its beginning.
ENDLESS_IN_TRIGGER = f"SELECT count(*) FROM ({ENDLESS})"


def test_a_trigger_fills_no_disk_when_a_row_is_written(path, sqlite, monkeypatch):
    monkeypatch.setattr(sqlite_file, "FILE_BYTES", 500_000)
    write(
        path,
        "CREATE TABLE user (id TEXT)",
        "CREATE TABLE other (i)",
        "CREATE TRIGGER t AFTER INSERT ON user BEGIN "
        "INSERT INTO other VALUES (zeroblob(900000)); END",
    )
    with pytest.raises(CheckFailed, match="is full"):
        write_rows(sqlite.writer, "user", [{"id": "a"}])


def test_the_schema_cannot_call_functions_of_the_trusted_side(path, rows, sqlite):
    write(path, "CREATE TABLE user (id TEXT, CHECK (id REGEXP '(a+)+$'))")
    with pytest.raises(CheckFailed, match=r"user-defined function|(?i:regexp)"):
        write_rows(sqlite.writer, "user", [{"id": "a" * 40 + "b"}])


def test_a_value_has_bounds(path, rows):
    write(path, "CREATE TABLE user (photo BLOB)", "INSERT INTO user VALUES (zeroblob(4000000))")
    with pytest.raises(CheckFailed, match="too big"):
        rows.rows("user")


def fill(count: int, size: int) -> tuple[str, str]:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < {count})"
    return "CREATE TABLE user (note TEXT)", (
        f"INSERT INTO user {numbers} SELECT substr(hex(zeroblob({size})), 1, {size}) FROM n"
    )


def test_all_values_together_have_bounds(path, rows):
    write(path, *fill(count=40, size=900_000))
    with pytest.raises(CheckFailed, match="larger than 16 MiB"):
        rows.rows("user")
    assert MOST_BYTES < 40 * 900_000


def test_an_ordinary_large_table_is_read(path, rows):
    write(path, *fill(count=10_001, size=500))
    assert len(rows.rows("user")) == 10_000


def test_a_lock_that_is_never_given_back_is_not_the_graders_fault(path, rows, monkeypatch):
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.1)
    write(path, "CREATE TABLE user (id TEXT)")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    refuse(rows, "database is locked")
    with pytest.raises(CheckFailed, match="database is locked"):
        rows.tables()
    holder.close()


def test_reading_that_never_comes_back_is_given_up(path, rows, monkeypatch):
    monkeypatch.setattr(rows_module, "READING_SECONDS", 0.2)
    # As opening a pipe does, when one has taken the place of the file after the look at it.
    monkeypatch.setattr(sqlite_file, "_look_at", lambda _path: time.sleep(2))
    with pytest.raises(CheckFailed, match="reading takes longer than"):
        rows.rows("user")


STRANGE = {
    "text that is no UTF-8": ("TEXT", "CAST(x'ff41' AS TEXT)"),
    "a time that is none": ("DATETIME", "'yesterday'"),
    "a time that is a number": ("DATETIME", "12"),
    "a date that is a blob": ("DATE", "x'00'"),
    "a number that is a text": ("NUMERIC", "'many'"),
    "an endless number": ("DECIMAL(10, 2)", "9e999"),
    "JSON that is none": ("JSON", "'{'"),
    "JSON that is a number": ("JSON", "12"),
    "JSON that is deep": ("JSON", "'" + "[" * 100_000 + "'"),
    "JSON with a number without end": ("JSON", "'" + "9" * 10_000 + "'"),
    "a truth that is a text": ("BOOLEAN", "'perhaps'"),
    "a type that nobody knows": ("WHATEVER(1, 2)", "'x'"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_value_is_read_or_fails_the_check(path, rows, name):
    kind, value = STRANGE[name]
    write(path, f"CREATE TABLE user (id {kind})", f"INSERT INTO user VALUES ({value})")
    try:
        [row] = rows.rows("user")
    except CheckFailed as failed:
        said = failed.wanted + failed.happened
    else:
        said = f"user {list(row)}"
    assert "user" in said
    assert len(said) < 1000


def test_a_definition_that_is_too_long_is_not_looked_through(path, rows):
    columns = ", ".join(f"a_long_name_of_a_column_{number} TEXT" for number in range(1900))
    write(path, f"CREATE TABLE user ({columns})")
    refuse(rows, "definition is longer")


def test_a_column_that_a_row_does_not_have_fails_the_check(path, rows):
    write(path, "CREATE TABLE user (id TEXT)", "INSERT INTO user VALUES ('a')")
    [row] = rows.rows("user")
    with pytest.raises(CheckFailed, match="its columns are: id"):
        row["email"]
    with pytest.raises(CheckFailed, match="its columns are: id"):
        rows.rows("user", email="a")
    with pytest.raises(CheckFailed):
        rows.rows("user", id=10**30)


def test_more_tables_than_anybody_has_are_not_all_named(path, rows):
    write(path, *(f"CREATE TABLE t{number} (id)" for number in range(400)))
    assert len(rows.tables()) == 200


@pytest.fixture
def on_postgresql(postgres, tmp_path):
    """A PostgreSQL database of one check: as the trusted side sees it, and the app's own access."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    known = postgres.create(tmp_path)
    own = create_engine(known.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield known, own
    known.close()


def test_postgresql_runs_nothing_of_the_apps_as_its_administrator(on_postgresql):
    known, own = on_postgresql
    database.run(
        own,
        "CREATE TABLE user_ (id TEXT)",
        "CREATE TABLE seen (by TEXT, super TEXT)",
        """CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO seen VALUES (current_user, current_setting('is_superuser'));
           RETURN NEW; END $$""",
        "CREATE TRIGGER spy BEFORE INSERT ON user_ FOR EACH ROW EXECUTE FUNCTION spy()",
    )
    write_rows(known.writer, "user_", [{"id": "a"}])
    [row] = Rows(known.engine, lambda: None).rows("seen")
    assert row["super"] == "off"
    assert row["by"].endswith("_looker")


def test_on_postgresql_a_view_and_a_lock_and_a_flood_end_with_a_word(on_postgresql, monkeypatch):
    known, own = on_postgresql
    rows = Rows(known.engine, lambda: None)
    database.run(
        own,
        f'CREATE VIEW "user" AS {ENDLESS}',
        "CREATE TABLE large AS SELECT repeat('x', 1000000) FROM generate_series(1, 40)",
        "CREATE TABLE small (id INTEGER)",
        "INSERT INTO small VALUES (7)",
    )
    refuse(rows, "it is a view")
    with pytest.raises(CheckFailed, match="larger than 16 MiB"):
        rows.rows("large")
    assert rows.rows("small", id=7) == [{"id": 7}]
    assert rows.tables() == ["large", "small"]


def test_on_postgresql_the_trusted_side_waits_for_a_lock_no_longer_than_it_says(
    postgres, tmp_path, monkeypatch
):
    from sqlalchemy import create_engine

    monkeypatch.setattr(database, "LOCK_SECONDS", 1)
    known = postgres.create(tmp_path)
    own = create_engine(known.url)
    with own.connect() as holder:
        holder.execute(text('CREATE TABLE "user" (id TEXT)'))
        holder.commit()
        holder.execute(text('LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE'))
        with pytest.raises(CheckFailed, match="lock timeout"):
            Rows(known.engine, lambda: None).rows("user")
    own.dispose()
    known.close()


def test_on_postgresql_a_statement_has_a_deadline(postgres, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "READING_SECONDS", 1)
    known = postgres.create(tmp_path)
    with known.engine.connect() as connection, pytest.raises(Exception, match="statement timeout"):
        connection.execute(text("SELECT pg_sleep(30)"))
    with known.engine.connect() as connection, pytest.raises(Exception, match="read-only"):
        connection.execute(text("CREATE TABLE mine (id TEXT)"))
    known.close()
