"""Late answers: told of in every report, and judged by a rule where there is one."""

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from hooklab import catalogue
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.moves import moves
from hooklab.errors import HooklabError
from hooklab.lateness import Lateness, Rule

from . import quick_graders

DUE = datetime(2026, 10, 5, 21, 59, tzinfo=UTC)
DEADLINE = "[deadlines]\nknock = 2026-10-05T23:59:00+02:00\n"
RULE = DEADLINE + "[late]\npercent_per_day = 5\n"


@pytest.mark.parametrize(
    ("late", "days"),
    [
        (timedelta(days=-3), 0),
        (timedelta(0), 0),
        (timedelta(minutes=15), 0),
        (timedelta(minutes=16), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, seconds=1), 2),
    ],
)
def test_each_day_that_has_begun_counts(late, days):
    lateness = Lateness({"knock": DUE}, Rule(grace_minutes=15))
    assert lateness.days("knock", DUE + late) == days
    assert lateness.days("ledger", DUE + late) == 0


@pytest.mark.parametrize(("days", "cost"), [(0, 0.0), (1, 2.0), (2, 4.0), (3, 5.0), (90, 5.0)])
def test_the_rule_has_a_most(days, cost):
    assert Lateness(rule=Rule(percent_per_day=10, most_percent=25)).cost(days, 20.0) == cost


@pytest.fixture
def rule(course):
    """Write deadlines and a rule into the catalogue."""
    file = course.root / "graders" / "course.toml"
    before = file.read_text(encoding="utf-8")

    def write(text):
        file.write_text(text + before, encoding="utf-8")
        return catalogue.load(course.root)

    return write


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[deadlines]\nknok = 2026-10-05T23:59:00Z\n", "unknown key “knok”"),
        ("[deadlines]\nknock = 2026-10-05T23:59:00\n", "“knock” is '2026-10-05 23:59:00'"),
        ("[deadlines]\nknock = '2026-10-05'\n", "“knock” is '2026-10-05'"),
        ("[late]\npercent_per_day = 101\n", "“percent_per_day” is 101"),
        ("[late]\npercent_per_day = 0.5\n", "“percent_per_day” is 0.5"),
        ("[late]\nfee = 1\n", "unknown key “fee”"),
    ],
)
def test_what_makes_no_sense_is_refused(rule, text, said):
    with pytest.raises(HooklabError, match=r"course\.toml, (deadlines|late)") as error:
        rule(text)
    assert said in error.value.what


@pytest.fixture
def graded(class_, grade):
    """Ada is in time; Bob is two days late, and so is Carol, who has no point to lose."""
    for who, text, days in (("ada", "good", 0), ("bob", "good", 2), ("carol", "bad", 2)):
        folder = class_.hand_in(f"{who}/knock", text)
        at = (DUE + timedelta(days=days)).timestamp()
        for path in (folder / "app.py", class_ / who):
            os.utime(path, (at, at))
    assert grade()[0] == 0


@pytest.fixture
def report(hooklab, book_file, tmp_path):
    def write(form, name=""):
        out = tmp_path / form
        arguments = ("--gradebook", book_file, "--format", form, "--output", out)
        assert hooklab("class", "report", *arguments)[0] == 0
        return (out / name if name else out).read_text(encoding="utf-8")

    return write


def marks(report):
    rows = csv.DictReader(io.StringIO(report("csv")))
    return [
        (row["learner"], row["earned"], row["days_late"], row["points_off"])
        for row in rows
        if row["exercise"] == "knock"
    ]


def test_lateness_is_told_and_costs_nothing_without_a_rule(graded, rule, report):
    rule(DEADLINE)
    assert marks(report) == [("ada", "1", "", ""), ("bob", "1", "2", ""), ("carol", "0", "2", "")]
    assert "Handed in 2 days late" in report("markdown", "bob.md")
    assert "late" not in report("markdown", "ada.md")


def test_a_rule_takes_points_off_where_everyone_sees_it(graded, rule, report):
    rule(RULE)
    assert marks(report) == [
        ("ada", "1", "", ""),
        ("bob", "0.6", "2", "0.4"),
        ("carol", "0", "2", ""),
    ]
    assert r"Handed in 2 days late\: 0.4 points less** | **-0.4/0**" in report("markdown", "bob.md")
    assert "Handed in 2 days late: 0.4 points less" in report("html", "bob.html")
    assert "handed in 2 days late" in report("html", "index.html")
    scores = json.loads(report("gradescope", "bob.json"))
    assert scores["score"] == pytest.approx(0.6)
    assert sum(test["score"] for test in scores["tests"]) == pytest.approx(0.6)
    result = json.loads(report("classroom50", "bob.json"))
    assert (result["score"], result["max-score"]) == (1, 2)


def test_no_deadline_says_nothing(graded, report):
    assert marks(report) == [("ada", "1", "", ""), ("bob", "1", "", ""), ("carol", "0", "", "")]


def test_moves_are_those_of_the_points_that_count(graded, rule, grade, book_file, monkeypatch):
    course = rule(RULE)
    monkeypatch.setattr(quick_graders, "GOOD", b"bad")
    grade("--regrade")
    with Gradebook(str(book_file)) as book:
        run = book.begin(course.root.parent / "class", [], is_proposal=True)
        found = {move.learner: (move.before, move.after) for move in moves(course, book, run)}
    assert found["bob"] == (pytest.approx(0.6), 0.0)
    assert found["carol"] == (0.0, pytest.approx(0.6))
