"""Taking the app's database away from outside, and stopping the app between two writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hooklab.grading.journal import Journal
from hooklab.grading.slot import Slot
from hooklab.texts import _

# How long an app may take to come to a write; only one that never does makes the grader wait.
HELD_SECONDS = 1.0


class DatabaseFaults:
    """The switch of the database: `lab.database`.

    Args:
        slot: the check's place.
        journal: where it is written down.
    """

    def __init__(self, slot: Slot, journal: Journal) -> None:
        self._slot = slot
        self._journal = journal

    @contextmanager
    def unavailable(self) -> Iterator[None]:
        """Inside the block, the app does not reach its database.

        PostgreSQL refuses connections and ends those that exist; for SQLite, which has no server,
        the driver in the app's process fails.
        """
        database = self._slot.database
        self._journal.add(_("the database goes away"))
        outside = database.take_away()
        if not outside:
            self._make_drivers_fail(away=True)
        try:
            yield
        finally:
            database.bring_back()
            if not outside:
                self._make_drivers_fail(away=False)
            self._journal.add(_("the database is back"))

    @contextmanager
    def hold_writes(self, *, after: int = 0) -> Iterator[Callable[[], bool]]:
        """Inside the block, the app stands still before its next write; `after` of them pass.

        What the block is given waits for that moment and says whether it came. An app that is
        killed then has crashed between two statements.
        """
        workers = list(self._slot.workers)
        for worker in workers:
            worker.hold_writes(after)
        self._journal.add(_("the app will stop before its write number {n}").format(n=after + 1))
        try:
            yield lambda: any(worker.wait_for_held(1, HELD_SECONDS) for worker in workers)
        finally:
            for worker in workers:
                worker.release_writes()

    def _make_drivers_fail(self, *, away: bool) -> None:
        for worker in self._slot.workers:
            worker.database_away(away=away)
