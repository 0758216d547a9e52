"""What people decide holds: over a regrade, in every report, and for two of them at once."""

import csv
import io
import threading

import pytest

from hooklab.classroom.book_tables import DecisionRow
from hooklab.classroom.decisions import Decisions, Overtaken
from hooklab.classroom.gradebook import Gradebook, now
from hooklab.classroom.kept_files import KeptFiles

from .one_book import fill
from .test_gradebook import address, postgres_address

__all__ = ["address", "postgres_address"]


def decision(number=1, points=1.0, *, learner="bob", question="it_answers", by="Grace"):
    return DecisionRow(
        learner=learner,
        exercise="knock",
        kind="check",
        question=question,
        number=number,
        points=points,
        reason="fair",
        by=by,
        at=now(),
    )


@pytest.fixture
def marks(hooklab, book_file):
    def read():
        out = hooklab("class", "report", "--gradebook", book_file, "--format", "csv")[1]
        rows = csv.DictReader(io.StringIO(out))
        return {row["learner"]: row["earned"] for row in rows if row["exercise"] == "knock"}

    return read


def test_a_correction_survives_a_regrade_and_moves_no_point_of_its_own(
    class_, grade, marks, book_file
):
    class_.hand_in("ada/knock", "bad")
    class_.hand_in("bob/knock", "bad")
    assert grade()[0] == 0
    with Gradebook(str(book_file)) as book:
        Decisions(book).add(decision())
    assert marks() == {"ada": "0", "bob": "1"}
    code, out, _err = grade("--regrade")
    assert (code, "grades move" in out) == (0, True)
    assert "ada, knock" not in out
    assert grade("--regrade", "--yes")[0] == 0
    assert marks() == {"ada": "0", "bob": "1"}
    # What would be earned by itself now is no other mark than that which was given by hand.
    class_.hand_in("ada/knock", "good")
    class_.hand_in("bob/knock", "good")
    out = grade("--regrade")[1]
    assert "ada, knock: 0 → 1" in out
    assert "bob, knock" not in out


def test_points_are_never_more_than_the_check_is_worth(class_, grade, marks, book_file):
    class_.hand_in("bob/knock", "bad")
    grade()
    with Gradebook(str(book_file)) as book:
        Decisions(book).add(decision(points=9.0))
        # The rubric had this check once.
        Decisions(book).add(decision(question="it_is_gone"))
    assert marks() == {"bob": "1"}


def test_grading_keeps_the_files_also_of_what_was_graded_before(class_, grade, book_file):
    class_.hand_in("ada/knock", "good")
    class_.hand_in("bob/knock", "good")
    class_.leave("carol/knock")
    grade()

    def kept():
        with Gradebook(str(book_file)) as book:
            files = KeptFiles(book)
            return {
                learner: [row.name for row in files.of(each.last.submission)]
                for (learner, _exercise), each in book.standings().items()
            }

    assert kept()["ada"] == kept()["bob"] == ["app.py"]
    assert "answer.toml" in kept()["carol"]
    with Gradebook(str(book_file)) as book, book.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM file")
    assert kept()["ada"] == []
    grade("--changed")
    assert kept()["ada"] == ["app.py"]


def test_of_two_at_once_one_learns_what_the_other_has_decided(course, address):
    fill(course, address)
    names = [f"instructor {number}" for number in range(8)]
    start = threading.Barrier(len(names))
    overtaken = []

    def decide(name):
        with Gradebook(address) as book:
            start.wait()
            try:
                Decisions(book).add(decision(by=name))
            except Overtaken as error:
                overtaken.append(error.latest.by)

    threads = [threading.Thread(target=decide, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Gradebook(address) as book:
        [kept] = Decisions(book).all()["bob", "knock"]
    assert overtaken == [kept.by] * (len(names) - 1)


def test_a_number_is_never_left_out(course, address):
    fill(course, address)
    with Gradebook(address) as book:
        with pytest.raises(Overtaken) as overtaken:
            Decisions(book).add(decision(2))
        assert overtaken.value.latest is None
        Decisions(book).add(decision(1))
        Decisions(book).add(decision(2, points=None))
        with pytest.raises(Overtaken):
            Decisions(book).add(decision(2))
        assert [row.number for row in Decisions(book).all()["bob", "knock"]] == [1, 2]


def test_a_gradebook_of_the_version_before_gets_its_tables(course, book_file):
    fill(course, book_file)
    with Gradebook(str(book_file)) as book, book.writing() as session:
        connection = session.connection()
        for statement in (
            "DROP TABLE decision",
            "DROP TABLE file",
            "UPDATE gradebook_version SET version_num = '1'",
        ):
            connection.exec_driver_sql(statement)
    with Gradebook(str(book_file)) as book:
        assert len(book.standings()) == 4
        Decisions(book).add(decision())
