"""Checks run two at a time, and nobody can tell from the outcome."""

import threading
from types import SimpleNamespace

import pytest

from hooklab.grading.cases import Case, Submission
from hooklab.grading.outcomes import Trial
from hooklab.grading.schedule import AT_ONCE, Schedule
from hooklab.rubric import Check

SECONDS = 5
EARNED = Trial("earned")
SUBMISSION = Submission(SimpleNamespace(slug="sample"), rubric=None, folder=None, settings=None)


def case(name, *, needs=(), ahead=True):
    check = Check(name, title={}, points=1, needs=needs, look={}, hints=())
    return Case(SUBMISSION, check, name, lambda: None, {}, fixtures=(), ahead=ahead)


def cases(names):
    return [case(name) for name in names]


class Performer:
    """Performs as a function says that is given the case; None is a trial that is earned."""

    def __init__(self, function):
        self._function = function
        self.abandoned = threading.Event()

    def perform(self, case):
        return self._function(case) or EARNED

    def abandon(self):
        self.abandoned.set()


@pytest.fixture
def plan():
    made = []

    def make(cases, perform):
        made.append(Schedule(Performer(perform)))
        made[-1].expect(cases)
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_two_run_at_once(plan):
    meeting = threading.Barrier(AT_ONCE)
    four = cases("abcd")
    schedule = plan(four, lambda case: meeting.wait(SECONDS) and None)
    # Nobody leaves the barrier alone: the second was started while the first waited.
    assert [schedule.trial(each) for each in four] == [EARNED] * 4
    assert not meeting.broken


def test_never_more_than_two_run_at_once(plan):
    lock, running, most = threading.Lock(), [], []
    halt = threading.Event()

    def perform(case):
        with lock:
            running.append(case)
            most.append(len(running))
        halt.wait(0.01)
        with lock:
            running.remove(case)

    many = cases("abcdefgh")
    schedule = plan(many, perform)
    for each in many:
        schedule.trial(each)
    assert max(most) <= AT_ONCE


def test_a_check_waits_for_the_trials_that_it_needs(plan):
    order, last_ran = [], threading.Event()

    def perform(case):
        order.append(case.name)
        if case.name == "first[1]":
            # The needy one could start now, if one trial of a check were enough.
            last_ran.wait(SECONDS)
        if case.name == "free":
            last_ran.set()

    first = case("first")
    again = Case(SUBMISSION, first.check, "first[1]", lambda: None, {}, (), ahead=True)
    needy, free = case("needy", needs=("first",)), case("free")
    schedule = plan([first, again, needy, free], perform)
    for each in (first, again, needy, free):
        schedule.trial(each)
    assert last_ran.is_set()
    assert order.index("free") < order.index("needy")
    assert sorted(order) == ["first", "first[1]", "free", "needy"]


@pytest.mark.parametrize("needs", ["lost", "in_turn"])
def test_what_needs_a_trial_that_is_lost_or_unknown_runs_only_when_asked_for(plan, needs):
    ran = []

    def perform(case):
        ran.append(case.name)
        return Trial("not_earned") if case.name == "lost" else EARNED

    lost, in_turn = case("lost"), case("in_turn", ahead=False)
    needy, last = case("needy", needs=(needs,)), case("last")
    schedule = plan([lost, in_turn, needy, last], perform)
    schedule.trial(lost)
    schedule.trial(last)
    assert sorted(ran) == ["last", "lost"]
    assert schedule.trial(needy) is EARNED
    assert ran.count("needy") == 1


def test_a_case_that_ends_the_run_tells_whoever_asks_for_its_trial(plan):
    def perform(case):
        raise KeyboardInterrupt

    ends = case("ends")
    schedule = plan([ends, case("needy", needs=("ends",))], perform)
    with pytest.raises(KeyboardInterrupt):
        schedule.trial(ends)


def test_closing_abandons_what_is_under_way_and_starts_nothing_more(plan):
    ran, started = [], threading.Event()

    def perform(case):
        ran.append(case.name)
        if case.name == "b":
            started.set()
            assert schedule._performer.abandoned.wait(SECONDS)

    a, b, c = case("a"), case("b"), case("c", needs=("b",))
    schedule = plan([a, b, c], perform)
    schedule.trial(a)
    assert started.wait(SECONDS)
    schedule.close()
    assert schedule._performer.abandoned.is_set()
    assert ran == ["a", "b"]
