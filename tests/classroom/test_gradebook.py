"""The gradebook: what it keeps, what it refuses, and that its tables are those of its steps."""

import sqlite3
import sys

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import make_url

from hooklab.classroom.book_steps import VERSION_TABLE
from hooklab.classroom.book_tables import BookTable, ResultRow
from hooklab.classroom.gradebook import Gradebook, now
from hooklab.classroom.roster import Learner
from hooklab.errors import HooklabError

ADA = Learner("ada", "Ada", "fr")


@pytest.fixture
def postgres_address(postgres):
    """The address of the server that `postgres` has found, as its driver takes it."""
    url = make_url(sys.modules["tests.conftest"].POSTGRES)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path, book_file):
    """Where a gradebook may be: a file, or a database of its own on a server."""
    if request.param == "sqlite":
        yield str(book_file)
        return
    server = request.getfixturevalue("postgres_address")
    name = f"hooklab_book_{tmp_path.name.lower().replace('-', '_')}"[:60]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            url = make_url(server).set(database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def book(address):
    with Gradebook(address, is_new=True) as book:
        book.keep_learners([ADA])
        yield book


def result(run, status="graded", **values):
    known = {"exercise": "knock", "submission": "one", "graded_at": now(), **values}
    return ResultRow(run_id=run.id, learner="ada", status=status, **known)


def test_a_result_is_kept_with_all_that_is_known_of_it(book, address, tmp_path):
    run = book.begin(tmp_path, ["knock"], seed=2**32 - 1)
    at = now()
    card = {"earned": 0.5, "text": "é \u0001 \\u0000"}
    book.keep(result(run, submitted_at=at, seed=run.seed, scorecard=card, graded_at=at))
    with Gradebook(address) as again:
        [known] = again.standings().values()
        assert known.grade == known.last
        assert known.last.submitted_at == known.last.graded_at == at
        assert known.last.seed == 2**32 - 1
        assert again.scorecard(known.last) == card
        assert again.learners() == {"ada": ADA}


def test_the_tables_are_those_of_the_steps(book):
    with book._engine.begin() as connection:
        how = {"version_table": VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=how)
        assert compare_metadata(context, BookTable.metadata) == []


def test_a_failure_keeps_the_earlier_grade_and_a_later_grade_counts(book, tmp_path):
    for number, (status, counts) in enumerate(
        [("could_not_grade", None), ("graded", 1), ("refused", 1), ("could_not_grade", 1)]
    ):
        run = book.begin(tmp_path, [], seed=number)
        book.keep(result(run, status, earned=float(number), submission=str(number)))
        book.finish(run)
        [known] = book.standings().values()
        assert known.last.status == status
        assert (known.grade.earned if known.grade else None) == counts


def test_a_run_goes_on_until_it_is_finished(book, tmp_path):
    first = book.begin(tmp_path, ["knock"])
    assert book.begin(tmp_path, ["knock"]).id == first.id
    assert book.begin(tmp_path, ["knock"], seed=first.seed).id == first.id
    assert book.begin(tmp_path, ["knock"], seed=first.seed + 1).id != first.id
    second = book.begin(tmp_path, ["knock"], seed=7)
    assert book.begin(tmp_path, []).id != second.id
    third = book.begin(tmp_path, [])
    book.finish(third)
    assert book.begin(tmp_path, []).id != third.id


def test_a_grade_is_kept_once_in_a_run_and_a_failure_makes_room_for_it(book, tmp_path):
    run = book.begin(tmp_path, [])
    book.keep(result(run, "could_not_grade", reason="no memory"))
    book.keep(result(run, earned=1.0))
    book.keep(result(run, earned=0.0))
    [row] = book.results(run)
    assert (row.status, row.earned) == ("graded", 1.0)
    book.keep(result(run, earned=0.5, submission="two"))
    assert len(book.results(run)) == 2


def test_results_that_belong_together_are_kept_together(book, tmp_path):
    run = book.begin(tmp_path, [])
    book.keep_learners([Learner("bob", "Bob", "en")])
    unknown = result(run)
    unknown.learner = "nobody"
    book.keep(result(run), unknown)
    assert book.results(run) == []


def test_what_is_said_of_a_learner_may_change(book):
    book.keep_learners([Learner("ada", "Ada Lovelace", "en")])
    assert book.learners()["ada"].name == "Ada Lovelace"


def test_a_refusal_of_an_upload_is_forgotten(book, tmp_path):
    run = book.begin(tmp_path, [])
    book.keep(result(run, "refused", exercise=""), result(run, "refused"))
    book.drop_refusals({"ada"})
    assert list(book.standings()) == [("ada", "knock")]


def test_a_gradebook_of_a_newer_version_is_refused_and_stays(address, book):
    with book._engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '999'")
    for is_new in (True, False):
        with pytest.raises(HooklabError, match="newer hooklab") as refused:
            Gradebook(address, is_new=is_new)
        assert "pip install" in refused.value.hint


def test_a_database_of_something_else_is_refused_and_stays(book_file):
    with sqlite3.connect(book_file) as connection:
        connection.execute("CREATE TABLE users (id)")
    connection.close()
    before = book_file.read_bytes()
    with pytest.raises(HooklabError, match="is no gradebook"):
        Gradebook(str(book_file), is_new=True)
    assert book_file.read_bytes() == before


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("{folder}/nowhere/grades.db", "does not exist"),
        ("{folder}/noise", "cannot be used: file is not a database"),
        ("{folder}", "cannot be used"),
        ("mysql://ada:secret@host/grades", "is no address"),
        ("sqlite://", "is no address"),
        ("http://ada:secret@host:x/", "is no address"),
        ("postgresql://ada:secret@127.0.0.1:1/grades", "cannot be used"),
    ],
)
def test_what_cannot_be_a_gradebook_is_refused_and_no_password_told(tmp_path, address, said):
    (tmp_path / "noise").write_bytes(b"noise" * 1000)
    with pytest.raises(HooklabError) as refused:
        Gradebook(address.format(folder=tmp_path), is_new=True)
    assert said in refused.value.what
    assert "secret" not in str(refused.value)


def test_a_report_makes_no_gradebook(book_file):
    with pytest.raises(HooklabError, match="does not exist"):
        Gradebook(str(book_file))
    assert not book_file.exists()


def test_reading_keeps_nobody_from_writing(book_file, tmp_path):
    with Gradebook(str(book_file), is_new=True) as writer, Gradebook(str(book_file)) as reader:
        writer.keep_learners([ADA])
        with reader.reading() as session:
            session.connection()
            writer.keep(result(writer.begin(tmp_path, [])))
        assert len(reader.standings()) == 1
