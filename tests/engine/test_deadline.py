"""What uses a deadline up, with clocks and readings that the test makes."""

import threading

import pytest

from hooklab.deadline import GRACE, SLOWER, TASKS, Deadline, MachineTooSlow, Usage, growth


class Machine:
    """A clock that goes on when somebody waits, and what a process has of each second meanwhile.

    Args:
        used: processor time a second, by process.
        waited: seconds in the queue a second, by task.
    """

    def __init__(self, used=None, waited=None) -> None:
        self.now = 1000.0
        self.looks = 0
        self.used = used or {}
        self.waited = waited or {}

    def usage(self) -> Usage:
        self.looks += 1
        return Usage(
            {pid: share * self.now for pid, share in self.used.items()},
            {task: share * self.now for task, share in self.waited.items()},
        )

    def deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, self.usage, lambda: self.now)

    def lasts(self, seconds: float) -> float:
        """How long a deadline of `seconds` lasts for somebody who waits and waits."""
        deadline, begun = self.deadline(seconds), self.now
        while left := deadline.left():
            self.now += left
        return self.now - begun


SLEEPS = Machine()
LOOPS = Machine({7: 1.0})


@pytest.mark.parametrize("seconds", [0.02, 0.4, 1, 6, 30])
@pytest.mark.parametrize("machine", [SLEEPS, LOOPS], ids=["sleeps", "loops"])
def test_who_is_alone_on_a_machine_has_the_time_of_a_clock(machine, seconds):
    assert machine.lasts(seconds) == pytest.approx(seconds, abs=0.011)


@pytest.mark.parametrize("seconds", [0.4, 1, 6, 30])
def test_who_has_a_third_of_a_processor_has_three_times_as_long(seconds):
    third = Machine({7: 1 / 3}, {7: 2 / 3})
    assert third.lasts(seconds) == pytest.approx(3 * seconds, rel=0.1)


def test_a_request_that_goes_from_task_to_task_is_not_charged_for_any_of_their_waits():
    chain = Machine({7: 0.2}, {7: 0.3, 8: 0.3, 99: 0.2})
    assert chain.lasts(6) == pytest.approx(30, rel=0.1)


def test_who_sleeps_on_a_busy_machine_is_charged_for_it():
    assert Machine({7: 0.1}, {7: 0.1}).lasts(6) == pytest.approx(6 / 0.9, rel=0.1)


def test_who_hardly_ever_runs_cannot_be_judged():
    starved = Machine({7: 0.02}, {7: 0.98})
    with pytest.raises(MachineTooSlow, match="for 39 s of 40 s"):
        starved.lasts(6)


def test_what_cannot_be_judged_stays_so():
    machine = Machine(waited={7: 1.0})
    deadline = machine.deadline(1)
    machine.now += 100
    for _time in range(3):
        with pytest.raises(MachineTooSlow):
            deadline.left()
        machine.waited = {}
        machine.now += 100


def test_who_burns_the_processor_is_charged_for_it_however_long_the_queue():
    burners = dict.fromkeys(range(100), 0.02)
    crowd = Machine(burners, dict.fromkeys(range(100), 0.98))
    assert crowd.lasts(6) == pytest.approx(6, rel=0.1)


def test_tasks_that_only_wait_for_each_other_have_their_end_before_it_is_too_long():
    # Alone on one processor nobody waits longer than the others use it.
    used = 1 / (TASKS + 1)
    crowd = Machine({7: used}, dict.fromkeys(range(200), used))
    assert crowd.lasts(6) < SLOWER * 6 + GRACE


def test_where_nobody_tells_every_second_counts():
    machine = Machine({7: 0.02}, {7: 0.98})
    machine.usage = lambda: None
    assert machine.lasts(6) == pytest.approx(6)
    plain, begun = Deadline(6, now=lambda: machine.now), machine.now
    while left := plain.left():
        machine.now += left
    assert machine.now - begun == pytest.approx(6)


def test_what_comes_soon_costs_no_look():
    machine = Machine()
    deadline = machine.deadline(6)
    for _request in range(20):
        assert deadline.left()
        machine.now += 0.01
    assert machine.looks == 0


def test_a_look_that_takes_long_is_charged_to_nobody():
    machine = Machine()
    reads = machine.usage

    def usage():
        machine.now += 0.3
        return reads()

    machine.usage = usage
    assert machine.lasts(6) == pytest.approx(6 + 0.3 * machine.looks, abs=0.35)


def test_looks_are_few():
    machine = Machine()
    machine.lasts(6)
    assert machine.looks <= 21


def test_a_task_that_is_new_counts_from_its_beginning_and_who_has_ended_is_not_asked():
    assert growth({7: 10.0, 9: 1.0}, {7: 10.25, 8: 0.5}) == pytest.approx([0.25, 0.5])


def test_a_wait_that_is_told_late_is_given_back():
    """The system tells of it when the task comes to a processor, and looks come in between."""

    class Late(Machine):
        def usage(self):
            told = super().usage()
            return Usage(
                told.used, {task: value // 0.5 * 0.5 for task, value in told.waited.items()}
            )

    assert Late({7: 0.02}, {7: 0.7}).lasts(3) == pytest.approx(3 / 0.3, rel=0.2)


def test_who_stands_in_the_queue_at_the_end_is_waited_for():
    class Queued(Machine):
        def usage(self):
            told = super().usage()
            return Usage(told.used, told.waited, is_ready=self.now < 1010)

    # Nobody is told how long it has stood there, until it comes to a processor.
    assert Queued({7: 0.05}).lasts(6) == pytest.approx(10, abs=0.5)
    assert Queued({7: 1.0}).lasts(6) == pytest.approx(6, abs=0.5)


def test_waiting_ends_with_what_is_waited_for():
    changed, come = threading.Condition(), threading.Event()

    def arrive():
        with changed:
            come.set()
            changed.notify_all()

    threading.Timer(0.05, arrive).start()
    with changed:
        assert Deadline(30).wait_for(changed, come.is_set)
        assert not Deadline(0.01).wait_for(changed, lambda: False)


def test_who_looks_too_late_does_not_judge_what_is_there():
    machine = Machine()
    deadline = machine.deadline(2.5)
    deadline.require_recent(1.0)
    machine.now += 3.0
    deadline.require_recent(1.0)
    machine.now += 2.0
    with pytest.raises(MachineTooSlow, match="looked at too late"):
        deadline.require_recent(1.0)


def test_who_was_kept_waiting_is_not_late():
    third = Machine({7: 1 / 3}, {7: 2 / 3})
    deadline = third.deadline(2.5)
    for _look in range(30):
        deadline.left()
        third.now += 0.2
    deadline.require_recent(1.0)
