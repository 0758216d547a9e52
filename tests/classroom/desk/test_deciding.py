"""Points by hand: kept at once, with a reason and a history, and never over somebody else's."""

import csv
import io

import pytest

from hooklab.classroom.decisions import Decisions

from ..one_book import FILES, keep
from .conftest import hidden

BOB = {"learner": "bob", "exercise": "knock"}
LOST = "check:it_greets_by_name"
REASONS = "review:reasons"


@pytest.fixture
def marks(hooklab, filled):
    """The points of everybody, as `hooklab class report` writes them."""

    def read():
        code, out, err = hooklab("class", "report", "--gradebook", filled, "--format", "csv")
        assert code == 0, err
        return {row["learner"]: row for row in csv.DictReader(io.StringIO(out))}

    return read


def test_a_check_is_corrected_and_an_answer_reviewed(instructor, marks):
    grace = instructor()
    answer = grace.decide(LOST, "1", "the greeting\r\nis there", **BOB)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/answer?learner=bob")
    assert answer.headers["location"].endswith("#check-it_greets_by_name")
    assert marks()["bob"]["earned"] == "2.5"
    grace.decide(REASONS, "1.5", "convincing", **BOB)
    assert marks()["bob"]["earned"] == "4"
    assert marks()["bob"]["decided_by"] == "Grace"
    page = grace.read("/answer", **BOB)
    assert "Grace gives 1.5 points: convincing" in page
    assert "4/4" in page
    assert "decided by hand" in grace.read("/", find="bob")


@pytest.mark.parametrize(
    ("level", "points", "earned"),
    [("other", "0.5", "2"), ("other", " 0,5 ", "2"), ("0", "9", "1.5"), ("1", "", "2.5")],
)
def test_half_a_point_is_written_as_each_language_does(instructor, marks, level, points, earned):
    form = {"level": level, "points": points}
    assert instructor().decide(LOST, form, **BOB).status_code == 303
    assert marks()["bob"]["earned"] == earned


@pytest.mark.parametrize(
    ("level", "reason", "said"),
    [
        ("1", "  ", "the reason is missing"),
        ("1", "x" * 5001, "longer than 5,000 letters"),
        ("", "fair", "no points are given"),
        ("2", "fair", "“2” points cannot be given"),
        ({"level": "other", "points": "0.3"}, "fair", "“0.3” points cannot be given"),
        ({"level": "other", "points": "-1"}, "fair", "cannot be given"),
        ({"level": "other", "points": "nan"}, "fair", "cannot be given"),
        ({"level": "other", "points": "inf"}, "fair", "cannot be given"),
        ({"level": "other", "points": "<b>"}, "fair", "“&lt;b&gt;” points"),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_typed(instructor, book, level, reason, said):
    answer = instructor().decide(LOST, level, reason, **BOB)
    assert answer.status_code == 422
    assert said in answer.text
    assert reason in answer.text
    assert Decisions(book).all() == {}


def test_a_form_that_is_none_of_ours_is_refused(instructor, book):
    grace = instructor()
    address, fields = grace.form(LOST, **BOB)
    good = {**fields, "level": "1", "reason": "fair"}
    for bad in ({"key": "check:nothing"}, {"key": "x"}, {"key": ""}):
        assert grace.client.post(address, data={**good, **bad}).status_code in (404, 422)
    for bad in ({"seen": "many"}, {"submission": "x" * 65}):
        assert grace.client.post(address, data={**good, **bad}).status_code == 422
    assert grace.client.post("/answer", data=good).status_code == 404
    assert Decisions(book).all() == {}


def test_what_somebody_else_has_decided_is_not_overwritten_unawares(instructor, marks, book):
    grace, hedy = instructor("Grace"), instructor("Hedy")
    form = grace.form(LOST, **BOB)
    hedy.decide(LOST, {"level": "other", "points": "0.5"}, "half of it", **BOB)
    answer = grace.decide(LOST, "1", "all of <it>", form=form)
    assert answer.status_code == 409
    for told in ("Hedy gives 0.5 points: half of it", "1: all of &lt;it&gt;", 'value="1"'):
        assert told in answer.text
    assert marks()["bob"]["earned"] == "2"
    # Once seen, it can be overruled, unless there is a third.
    again = hidden(answer.text, LOST)
    hedy.decide(LOST, "0", "none", **BOB)
    assert grace.decide(LOST, "1", "all", form=again).status_code == 409
    latest = hidden(grace.decide(LOST, "1", "all", form=again).text, LOST)
    assert grace.decide(LOST, "1", "all", form=latest).status_code == 303
    history = [(row.by, row.points) for row in Decisions(book).all()["bob", "knock"]]
    assert history == [("Hedy", 0.5), ("Hedy", 0.0), ("Grace", 1.0)]


def test_two_questions_of_an_answer_do_not_stand_in_each_others_way(instructor, marks):
    grace, hedy = instructor("Grace"), instructor("Hedy")
    form = grace.form(LOST, **BOB)
    hedy.decide(REASONS, "1.5", **BOB)
    assert grace.decide(LOST, "1", form=form).status_code == 303
    assert marks()["bob"]["earned"] == "4"
    assert marks()["bob"]["decided_by"] == "Grace, Hedy"


def test_a_decision_is_withdrawn_and_stays_in_the_history(instructor, marks):
    grace = instructor()
    grace.decide(LOST, "1", "the first look", **BOB)
    answer = grace.decide(LOST, {"act": "withdraw"}, "a mistake of mine", **BOB)
    assert answer.status_code == 303
    assert marks()["bob"]["earned"] == "1.5"
    assert marks()["bob"]["decided_by"] == ""
    page = grace.read("/answer", **BOB)
    assert "Grace has withdrawn it: a mistake of mine" in page
    assert "the first look" in page


def test_one_question_is_judged_for_one_learner_after_the_other(instructor):
    grace = instructor()
    page = grace.read("/questions")
    assert "0 of 3" in page
    assert "0 of 4" in page
    place = {"learner": "bob", "exercise": "knock", "question": LOST}
    page = grace.read("/answer", **place)
    assert "1 of 3" in page
    assert "reasons" not in page.split("What was decided")[0]
    onward = grace.decide(LOST, "0", **place).headers["location"]
    assert "learner=carol" in onward
    assert "question=check%3Ait_greets_by_name" in onward
    place["learner"] = "../eve & co"
    assert grace.decide(LOST, "0", **place).headers["location"] == "/questions"
    assert "2 of 3" in grace.read("/questions")


def test_a_learner_who_handed_in_nothing_can_be_given_points(instructor, marks):
    grace = instructor()
    dora = {"learner": "dora", "exercise": "knock"}
    assert grace.decide("check:it_answers", "1", "shown in class", **dora).status_code == 303
    assert (marks()["dora"]["earned"], marks()["dora"]["status"]) == ("1", "missing")


def test_decisions_hold_for_the_next_result_and_are_marked(instructor, marks, course, book):
    grace = instructor()
    grace.decide(LOST, "1", "it is there", **BOB)
    grace.decide(REASONS, "1.5", "convincing", **BOB)
    keep(course, book, "bob", is_right=False, files={**FILES, "more.py": b"1\n"}, seed=7)
    assert marks()["bob"]["earned"] == "4"
    page = grace.read("/answer", **BOB)
    # The words that were reviewed are not the same either: one file of them is gone.
    assert page.count("the answer was changed since") == 2
    assert "changed since it was decided" in grace.read("/", state="outdated")
    files = {**FILES, "who.txt": b"bob", "more.py": b"2\n"}
    keep(course, book, "bob", is_right=False, files=files, seed=8)
    assert grace.read("/answer", **BOB).count("the answer was changed since") == 1


def test_learners_read_who_has_decided_and_why(instructor, hooklab, filled, tmp_path):
    grace = instructor()
    grace.decide(LOST, {"level": "other", "points": "0.5"}, "nearly <there>", **BOB)
    grace.decide(REASONS, "0", "says nothing", **BOB)
    for form in ("html", "markdown", "gradescope", "junit"):
        arguments = ("--format", form, "--output", tmp_path / form)
        assert hooklab("class", "report", "--gradebook", filled, *arguments)[0] == 0
        [file] = (tmp_path / form).glob("bob*")
        text = file.read_text(encoding="utf-8")
        assert "Grace" in text
        assert "nearly" in text
        assert "<there>" not in text or form in ("markdown", "gradescope")
