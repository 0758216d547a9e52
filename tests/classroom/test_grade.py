"""`hooklab class grade` around the grading: what is graded, what is kept, what is said."""

import shutil

import pytest

from hooklab.classroom.gradebook import Gradebook
from hooklab.worker.isolation import CHOICE

from .quick_graders import BROKEN


def test_each_answer_is_graded_and_each_result_kept(class_, grade, quick, statuses, book_file):
    class_.hand_in("ada/knock")
    class_.hand_in("bob/exercises/ledger", "not yet")
    code, out, err = grade()
    assert code == 0
    assert out == "knock: 1 graded\nledger: 1 graded\n"
    assert "1/2 knock, ada: 1/4 (0.1 s)" in err
    assert statuses() == {("ada", "knock"): ("graded", 1.0), ("bob", "ledger"): ("graded", 0.0)}
    with Gradebook(str(book_file)) as book:
        row = book.standings()["ada", "knock"].last
        assert len({row.submission, row.rubric, row.grader}) == 3
        assert all(len(each) == 64 for each in (row.submission, row.rubric, row.grader))
        assert (row.engine, row.tier, row.language) == ("0.1.0", "landlock-7", "en")
        assert row.submitted_at < row.graded_at
        assert book.scorecard(row)["schema"] == "hooklab/scorecard/v1"


def test_untouched_exercises_are_not_graded(class_, grade, quick, statuses):
    class_.leave("ada/knock")
    class_.hand_in("bob/knock")
    code, out, _err = grade()
    assert (code, out) == (0, "knock: 1 graded, 1 not started\n")
    assert quick.graded == [("bob", "knock")]
    assert statuses()["ada", "knock"] == ("not_started", 0.0)


def test_equal_answers_are_graded_once_and_named(class_, grade, quick, statuses, tmp_path):
    for learner in ("ada", "bob", "carol"):
        class_.hand_in(f"{learner}/knock")
    shutil.make_archive(str(class_ / "dora"), "zip", class_ / "ada")
    class_.hand_in("eve/knock", "good as well")
    _code, out, _err = grade()
    assert "knock: the same answer, graded once, from ada, bob, carol, dora\n" in out
    assert quick.graded == [("ada", "knock"), ("eve", "knock")]
    assert list(statuses().values()) == [("graded", 1.0)] * 5


def test_feedback_in_two_languages_is_written_in_each(class_, grade, quick, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("learner,language\nada,fr\nbob,en\ncarol,fr\n", encoding="utf-8")
    for learner in ("ada", "bob", "carol"):
        class_.hand_in(f"{learner}/knock")
    _code, out, _err = grade("--roster", roster)
    assert quick.graded == [("ada", "knock"), ("bob", "knock")]
    assert "knock: the same answer from ada, bob, carol\n" in out


def test_a_finished_class_is_graded_again_and_only_what_is_new_if_asked(
    class_, grade, quick, course
):
    class_.hand_in("ada/knock")
    class_.hand_in("bob/ledger")
    grade()
    grade()
    assert len(quick.graded) == 4
    quick.graded.clear()
    assert "2 grades are kept." in grade("--changed")[2]
    assert quick.graded == []
    class_.hand_in("ada/knock", "good, now better")
    code, out, err = grade("--changed")
    assert (code, out) == (0, "knock: 1 graded\nledger: 1 graded\n")
    assert "1 grade is kept." in err
    assert quick.graded == [("ada", "knock")]


@pytest.mark.parametrize("name", ["rubric.toml", "test_knock.py"])
def test_an_exercise_with_another_grader_has_changed(class_, grade, quick, course, name):
    class_.hand_in("ada/knock")
    class_.hand_in("bob/ledger")
    grade()
    quick.graded.clear()
    with (course.grader("knock") / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    grade("--changed")
    assert quick.graded == [("ada", "knock")]


def test_a_failure_keeps_the_earlier_grade_and_is_listed(class_, grade, quick, statuses):
    class_.hand_in("ada/knock")
    class_.hand_in("bob/knock", "not yet")
    grade()
    class_.hand_in("ada/knock", BROKEN.decode())
    code, out, _err = grade()
    assert code == 1
    assert "knock: 1 graded, 1 could not be graded" in out
    assert "  ada, knock: no memory left" in out
    assert statuses()["ada", "knock"] == ("could_not_grade", 1.0)


def test_the_same_command_tries_again_what_could_not_be_graded(class_, grade, quick):
    class_.hand_in("ada/knock", BROKEN.decode())
    class_.hand_in("bob/knock")
    grade()
    quick.graded.clear()
    class_.hand_in("ada/knock", "good")
    code, _out, err = grade()
    assert code == 0
    assert quick.graded == [("ada", "knock")]
    assert "1 grade is kept." in err


def test_what_is_refused_is_named_and_the_rest_graded(class_, grade, statuses, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("learner\nada\nbob\nzoe\n", encoding="utf-8")
    class_.hand_in("ada/knock")
    (class_ / "bob.zip").write_bytes(b"noise")
    class_.hand_in("mallory/knock")
    code, out, _err = grade("--roster", roster)
    assert code == 1
    assert "Nothing from zoe\n" in out
    assert "2 refusals:\n" in out
    assert "  bob.zip: it is damaged: its end is missing\n    hint: ask for it again\n" in out
    assert "  mallory: the roster has no learner “mallory”" in out
    assert statuses() == {("ada", "knock"): ("graded", 1.0), ("bob", ""): ("refused", None)}
    (class_ / "bob.zip").unlink()
    class_.hand_in("bob/knock")
    assert grade("--roster", roster)[0] == 1
    assert statuses()["bob", "knock"] == ("graded", 1.0)
    assert ("bob", "") not in statuses()


def test_the_seed_is_one_for_the_class_and_can_be_chosen(class_, grade, book_file):
    for learner in ("ada", "bob"):
        class_.hand_in(f"{learner}/knock", f"good {learner}")
    grade("--seed", 7)
    grade()
    with Gradebook(str(book_file)) as book:
        seeds = {each.last.seed for each in book.standings().values()}
    assert len(seeds) == 1
    assert seeds != {7}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{class}", "nothing", "--gradebook", "g.db"], "there is no exercise “nothing”"),
        (["{class}/nowhere", "--gradebook", "g.db"], "cannot be read"),
        (["{class}", "--gradebook", "nowhere/g.db"], "does not exist"),
        (["{class}", "--gradebook", "g.db", "--roster", "no.csv"], "cannot be read"),
        (["{class}", "--gradebook", "g.db", "--jobs", "0"], "--jobs"),
        (["{class}"], "--gradebook"),
    ],
)
def test_a_mistake_in_the_command_is_a_usage_error(class_, quick, hooklab, arguments, said):
    class_.hand_in("ada/knock")
    words = [each.replace("{class}", str(class_.folder)) for each in arguments]
    code, out, err = hooklab("class", "grade", *words, "--allow-unconfined")
    assert (code, out) == (2, "")
    assert said in err
    assert quick.graded == []


def test_without_a_wall_nothing_is_graded_unless_it_is_wanted(
    class_, hooklab, grade, quick, monkeypatch, book_file
):
    monkeypatch.setenv(CHOICE, "process")
    class_.hand_in("ada/knock")
    code, _out, err = hooklab("class", "grade", class_.folder, "--gradebook", book_file)
    assert code == 2
    assert "--allow-unconfined" in err
    assert quick.graded == []
    assert not book_file.exists()
    assert grade()[0] == 0


def test_the_outcome_is_told_in_french(class_, grade):
    class_.hand_in("ada/knock")
    (class_ / "bob.zip").write_bytes(b"noise")
    _code, out, _err = grade("--lang", "fr")
    assert "knock\N{NO-BREAK SPACE}: 1 noté\n" in out
    assert "1 refus\N{NO-BREAK SPACE}:" in out
