"""How far the grading of a class is, on a terminal and without one."""

from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console

from hooklab import texts
from hooklab.cli import class_bar
from hooklab.cli.class_bar import ClassBar


@pytest.fixture
def console(monkeypatch):
    """Opens a console of 80 columns in the place of standard error."""

    def open_(*, terminal: bool) -> Console:
        found = Console(file=StringIO(), force_terminal=terminal, width=80, no_color=True)
        monkeypatch.setattr(class_bar, "talk", lambda: found)
        return found

    return open_


def result(learner: str) -> SimpleNamespace:
    return SimpleNamespace(
        exercise="knock", learner=learner, status="graded", counts=True, earned=1.5, points=4.0
    )


def running(learner: str, seconds: float):
    who = SimpleNamespace(id=learner)
    return SimpleNamespace(hand_in=SimpleNamespace(slug="ledger", learner=who)), seconds


def test_without_a_terminal_each_answer_has_a_line_with_the_time_left(console, monkeypatch):
    told = console(terminal=False)
    clock = iter([100.0, 110.0, 190.0])
    monkeypatch.setattr(class_bar.time, "monotonic", lambda: next(clock))
    with ClassBar(3) as bar:
        bar.advance(result("ada"), 2.0)
        bar.advance(result("bob\x1b[2J"), 7.25)
        bar.advance(result("carol"), 1.0)
    assert told.file.getvalue().splitlines() == [
        "1/3 knock, ada: 1.5/4 (2.0 s), about 0:20 left",
        "2/3 knock, bob�[2J: 1.5/4 (7.2 s), about 0:45 left",
        "3/3 knock, carol: 1.5/4 (1.0 s)",
        "The slowest was knock, bob�[2J, with 7.2 s.",
    ]


def test_on_a_terminal_who_takes_the_longest_by_now_is_named(console):
    told = console(terminal=True)
    longest = None
    with ClassBar(2, lambda: longest) as bar:
        assert bar.slowest() == ("", 0.0)
        bar.advance(result("ada"), 2.0)
        assert bar.slowest() == ("knock, ada", 2.0)
        longest = running("bob", 1.5)
        assert bar.slowest() == ("knock, ada", 2.0)
        longest = running("bob", 30.0)
        assert bar.slowest() == ("ledger, bob", 30.0)
        bar._progress.refresh()
    shown = told.file.getvalue()
    assert "1/2" in shown
    assert "slowest: ledger, bob (30 s)" in shown


def test_the_bar_speaks_french(console):
    told = console(terminal=False)
    texts.use("fr")
    with ClassBar(2) as bar:
        bar.advance(result("ada"), 2.0)
        bar.advance(result("bob"), 3.5)
    assert "1/2 knock, ada\N{NO-BREAK SPACE}: 1,5/4 (2,0 s), encore 0:00 environ" in (
        told.file.getvalue()
    )
    assert "La plus lente a été knock, bob, en 3,5 s." in told.file.getvalue()
