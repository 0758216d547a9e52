"""Deadlines are kept by one thread, whichever ends first."""

import threading
import time

from hooklab.deadline import Deadline
from hooklab.sender.deadlines import Deadlines


def test_what_takes_too_long_is_given_up():
    deadlines, given_up = Deadlines(), threading.Event()
    with deadlines.within(Deadline(0.01), given_up.set):
        assert given_up.wait(5)


def test_what_ends_in_time_is_left_alone():
    deadlines, early, late = Deadlines(), threading.Event(), threading.Event()
    with deadlines.within(Deadline(0.05), early.set):
        pass
    with deadlines.within(Deadline(0.1), late.set):
        assert late.wait(5)
    assert not early.is_set()


def test_a_later_and_shorter_deadline_comes_first():
    deadlines, long, short = Deadlines(), threading.Event(), threading.Event()
    start = time.monotonic()
    with deadlines.within(Deadline(30), long.set), deadlines.within(Deadline(0.01), short.set):
        assert short.wait(5)
    assert not long.is_set()
    assert time.monotonic() - start < 20
