"""Taking the app's database away from outside."""

from collections.abc import Iterator
from contextlib import contextmanager

from hooklab.grading.journal import Journal
from hooklab.grading.slot import Slot
from hooklab.texts import _


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

    def _make_drivers_fail(self, *, away: bool) -> None:
        for worker in self._slot.workers:
            worker.database_away(away=away)
