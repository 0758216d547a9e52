"""Runs cases two at a time, while pytest asks for their trials one after another.

A check waits for its app most of the time, and no two checks share anything: the second core may
as well run the next one. What pytest sees, and the order in which it sees it, stays the same.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from hooklab.grading.cases import Case
from hooklab.grading.outcomes import Trial
from hooklab.grading.perform import Performer

AT_ONCE = 2


class Schedule:
    """Starts the cases that come next, as soon as nothing stands against it.

    Args:
        performer: runs them.
    """

    def __init__(self, performer: Performer) -> None:
        self._performer = performer
        self._waiting: list[Case] = []
        self._cases_of: defaultdict[tuple[str, str], list[Case]] = defaultdict(list)
        self._trials: dict[Case, Future[Trial]] = {}
        # Reentrant: a callback on a future that is done already runs at once.
        self._lock = threading.RLock()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check")
        self._closed = False

    def expect(self, cases: Sequence[Case]) -> None:
        """Tell what will be run, in order; nothing starts before the first trial is asked for."""
        self._waiting = [case for case in cases if case.ahead]
        for case in cases:
            self._cases_of[case.slug, case.check.id].append(case)

    def trial(self, case: Case) -> Trial:
        """The trial of `case`, which starts now if it has not yet.

        Raises:
            KeyboardInterrupt, pytest.exit.Exception: the case ended the whole run.
        """
        with self._lock:
            if case not in self._trials:
                self._start(case)
            trial = self._trials[case]
        self._fill()
        return trial.result()

    def close(self) -> None:
        """End what is under way, and start nothing more."""
        with self._lock:
            self._closed = True
        self._performer.abandon()
        self._threads.shutdown(cancel_futures=True)

    def _fill(self) -> None:
        with self._lock:
            for case in list(self._waiting):
                under_way = sum(not trial.done() for trial in self._trials.values())
                if self._closed or under_way >= AT_ONCE:
                    return
                if self._may_start(case):
                    self._start(case)

    def _start(self, case: Case) -> None:
        self._waiting = [each for each in self._waiting if each is not case]
        trial = self._threads.submit(self._performer.perform, case)
        self._trials[case] = trial
        trial.add_done_callback(lambda _trial: self._fill())

    def _may_start(self, case: Case) -> bool:
        """Whether everything that a case needs is known to be earned."""
        return all(
            self._is_earned(other)
            for need in case.check.needs
            for other in self._cases_of[case.slug, need]
        )

    def _is_earned(self, case: Case) -> bool:
        trial = self._trials.get(case)
        if trial is None or not trial.done() or trial.exception():
            return False
        return trial.result().outcome == "earned"
