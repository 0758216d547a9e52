"""Runs checks two at a time, while pytest asks for their outcomes one after another.

A check waits for its app most of the time, and no two checks share anything: the second core may
as well run the next one. What pytest sees, and the order in which it sees it, stays the same.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from hooklab.grading.lab import Lab
from hooklab.grading.outcomes import Trial

AT_ONCE = 2


class Attempt:
    """One run of a check's function, in a thread of its own.

    Attributes:
        item: what runs.
        lab: the world that it uses, once there is one.
        error: what it raised, if anything.
        trial: what that means.
    """

    def __init__(self, item: pytest.Function) -> None:
        self.item = item
        self.lab: Lab | None = None
        self.error: BaseException | None = None
        self.trial: Trial | None = None


class Ahead:
    """Starts the attempts that come next, as soon as nothing stands against it.

    Args:
        items: the checks in the order of the run.
        may_start: whether a check can be started now; the answer for a check that waits for the
            outcome of another may change with every attempt that ends.
        perform: runs an attempt and keeps its outcome in it; raises nothing.
    """

    def __init__(
        self,
        items: Sequence[pytest.Function],
        may_start: Callable[[pytest.Function], bool],
        perform: Callable[[Attempt], None],
    ) -> None:
        self._waiting = list(items)
        self._may_start = may_start
        self._perform = perform
        self._attempts: dict[pytest.Item, tuple[Attempt, Future[None]]] = {}
        # Reentrant: a callback on a future that is done already runs at once.
        self._lock = threading.RLock()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check")
        self._closed = False

    def outcome(self, item: pytest.Function) -> Attempt:
        """The finished attempt at `item`, started now if it was not yet."""
        with self._lock:
            if item not in self._attempts:
                self._start(item)
            attempt, future = self._attempts[item]
        self._fill()
        future.result()
        return attempt

    def finished(self, item: pytest.Item) -> Attempt | None:
        """The attempt at `item`, if it has ended."""
        attempt, future = self._attempts.get(item, (None, None))
        return attempt if future is not None and future.done() else None

    def close(self) -> None:
        """End what is under way, and start nothing more."""
        with self._lock:
            self._closed = True
            started = list(self._attempts.values())
        for attempt, future in started:
            if not future.done() and attempt.lab:
                attempt.lab.abandon()
        wait(future for _attempt, future in started)
        self._threads.shutdown()

    def _fill(self) -> None:
        with self._lock:
            for item in list(self._waiting):
                under_way = sum(not future.done() for _attempt, future in self._attempts.values())
                if self._closed or under_way >= AT_ONCE:
                    return
                if self._may_start(item):
                    self._start(item)

    def _start(self, item: pytest.Function) -> None:
        self._waiting = [each for each in self._waiting if each is not item]
        attempt = Attempt(item)
        future = self._threads.submit(self._perform, attempt)
        self._attempts[item] = (attempt, future)
        future.add_done_callback(lambda _future: self._fill())
