"""Checks run two at a time, and nobody can tell from the outcome."""

import threading

import pytest

from hooklab.grading.ahead import AT_ONCE, Ahead

SECONDS = 5


@pytest.fixture
def ahead():
    made = []

    def make(items, perform, may_start=lambda item: True):
        made.append(Ahead(items, may_start, perform))
        return made[0]

    yield make
    for each in made:
        each.close()


def test_two_run_at_once(ahead):
    meeting = threading.Barrier(AT_ONCE)
    run = ahead(["a", "b", "c", "d"], lambda attempt: meeting.wait(SECONDS))
    # Nobody leaves the barrier alone: the second was started while the first waited.
    for item in ("a", "b", "c", "d"):
        assert run.outcome(item).item == item
    assert not meeting.broken


def test_never_more_than_two_run_at_once(ahead):
    lock, running, most = threading.Lock(), [], []
    halt = threading.Event()

    def perform(attempt):
        with lock:
            running.append(attempt)
            most.append(len(running))
        halt.wait(0.01)
        with lock:
            running.remove(attempt)

    run = ahead(list("abcdefgh"), perform)
    for item in "abcdefgh":
        run.outcome(item)
    assert max(most) <= AT_ONCE


def test_a_check_waits_for_the_outcome_that_it_needs(ahead):
    order = []
    run = ahead(
        ["first", "needy", "free"],
        lambda attempt: order.append(attempt.item),
        may_start=lambda item: item != "needy" or "first" in order,
    )
    for item in ("first", "needy", "free"):
        run.outcome(item)
    assert order.index("first") < order.index("needy")
    assert sorted(order) == ["first", "free", "needy"]


def test_what_is_asked_for_runs_even_if_it_could_not_be_started_before(ahead):
    run = ahead(["a"], lambda attempt: None, may_start=lambda item: False)
    assert run.finished("a") is None
    assert run.outcome("a") is run.finished("a")


def test_closing_abandons_what_is_under_way_and_starts_nothing_more(ahead):
    abandoned, started = threading.Event(), threading.Event()
    ran = []

    class World:
        def abandon(self):
            abandoned.set()

    def perform(attempt):
        ran.append(attempt.item)
        attempt.lab = World()
        if attempt.item == "b":
            started.set()
            assert abandoned.wait(SECONDS)

    run = ahead(["a", "b", "c"], perform, may_start=lambda item: item != "c")
    run.outcome("a")
    assert started.wait(SECONDS)
    run.close()
    assert abandoned.is_set()
    assert ran == ["a", "b"]
