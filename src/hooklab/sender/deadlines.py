"""One thread that watches over all deadlines: a request costs no thread of its own."""

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(order=True)
class _Deadline:
    when: float
    give_up: Callable[[], None] = field(compare=False)
    met: bool = field(default=False, compare=False)


class Deadlines:
    """Gives up, by a function of the caller's, on what has not ended in time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pending: list[_Deadline] = []
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, give_up: Callable[[], None]) -> Iterator[None]:
        """Call `give_up`, in another thread, unless the block ends within `seconds`."""
        deadline = _Deadline(time.monotonic() + seconds, give_up)
        with self._changed:
            heapq.heappush(self._pending, deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif self._pending[0] is deadline:
                self._changed.notify()
        try:
            yield
        finally:
            deadline.met = True

    def _watch(self) -> None:
        while True:
            self._next_missed().give_up()

    def _next_missed(self) -> _Deadline:
        with self._changed:
            while True:
                while self._pending and self._pending[0].met:
                    heapq.heappop(self._pending)
                if not self._pending:
                    self._changed.wait()
                elif (left := self._pending[0].when - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    return heapq.heappop(self._pending)


deadlines = Deadlines()
