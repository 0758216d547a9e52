"""What a busy machine could not judge is graded again, and what was judged is not."""

from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.authoring import tries
from hooklab.grading.options import Options
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard

COURSE = catalogue.load(catalogue.find_root(Path(__file__)))


class Machine:
    """Gives what it is told for each check, once after the other; the last for good."""

    def __init__(self, **outcomes):
        self.outcomes = {name: list(each) for name, each in outcomes.items()}
        self.asked = []

    def grade(self, _course, slugs, options, **_how):
        self.asked.append(options.only)
        checks = tuple(self._check(name, options.only) for name in self.outcomes)
        auto = CriterionResult("door", "The door", 0, 1, "auto", checks)
        return Scorecard("0", "process", 0, (ExerciseResult(slugs[0], "Knock", 0, 1, (auto,)),))

    def _check(self, name, only):
        left = self.outcomes[name]
        if only and name not in only:
            outcome = "not_tried"
        else:
            outcome = left.pop(0) if len(left) > 1 else left[0]
        return CheckResult(name, name, 0, 1, outcome, "", "", 0)


def outcomes(monkeypatch, machine, only=()):
    monkeypatch.setattr(tries, "grade", machine.grade)
    options = Options(only=frozenset(only))
    found = tries.results(COURSE, "clerk_endpoint", options, launcher=None)
    return {name: check.outcome for name, check in found.items()}


def test_only_what_could_not_be_graded_is_graded_again(monkeypatch):
    machine = Machine(one=["earned"], two=["could_not_grade", "not_earned"], three=["not_earned"])
    assert outcomes(monkeypatch, machine) == {
        "one": "earned",
        "two": "not_earned",
        "three": "not_earned",
    }
    assert machine.asked == [frozenset(), {"two"}]


def test_what_needs_such_a_check_is_graded_again_with_it(monkeypatch):
    machine = Machine(one=["could_not_grade", "earned"], two=["not_tried", "earned"])
    assert outcomes(monkeypatch, machine) == {"one": "earned", "two": "earned"}


def test_what_was_not_wanted_is_not_graded_the_next_time_either(monkeypatch):
    machine = Machine(one=["earned"], two=["could_not_grade", "earned"], three=["earned"])
    found = outcomes(monkeypatch, machine, only=["one", "two"])
    assert found == {"one": "earned", "two": "earned", "three": "not_tried"}
    assert machine.asked == [{"one", "two"}, {"two"}]


@pytest.mark.parametrize("outcome", ["could_not_grade", "earned", "not_earned"])
def test_it_ends(monkeypatch, outcome):
    machine = Machine(one=[outcome])
    assert outcomes(monkeypatch, machine) == {"one": outcome}
    assert len(machine.asked) == (tries.TRIES if outcome == "could_not_grade" else 1)
