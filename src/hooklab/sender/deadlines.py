"""One thread that watches over all deadlines: a request costs no thread of its own."""

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from hooklab.deadline import Deadline, MachineTooSlow


@dataclass(order=True)
class _Watched:
    look_at: float
    deadline: Deadline = field(compare=False)
    give_up: Callable[[], None] = field(compare=False)
    met: bool = field(default=False, compare=False)

    def is_over(self) -> bool:
        """Look, and say when to look again."""
        left = 0.0
        with suppress(MachineTooSlow):
            left = self.deadline.left()
        self.look_at = time.monotonic() + left
        return not left


class Deadlines:
    """Gives up, by a function of the caller's, on what has not ended in time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pending: list[_Watched] = []
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, deadline: Deadline, give_up: Callable[[], None]) -> Iterator[None]:
        """Call `give_up`, in another thread, unless the block ends before `deadline`."""
        watched = _Watched(time.monotonic() + deadline.left(), deadline, give_up)
        with self._changed:
            heapq.heappush(self._pending, watched)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif self._pending[0] is watched:
                self._changed.notify()
        try:
            yield
        finally:
            watched.met = True

    def _watch(self) -> None:
        while True:
            watched = self._next()
            # Not under the lock: looking takes a moment.
            if watched.is_over():
                watched.give_up()
            else:
                with self._changed:
                    heapq.heappush(self._pending, watched)

    def _next(self) -> _Watched:
        with self._changed:
            while True:
                while self._pending and self._pending[0].met:
                    heapq.heappop(self._pending)
                if not self._pending:
                    self._changed.wait()
                elif (left := self._pending[0].look_at - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    return heapq.heappop(self._pending)


deadlines = Deadlines()
