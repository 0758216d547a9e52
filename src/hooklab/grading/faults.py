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
        """Inside the block, nobody reaches the database: neither the app nor `lab.db`.

        PostgreSQL refuses connections and ends those that exist; for SQLite, which has no server,
        the driver in the app's process fails.
        """
        self._journal.add(_("the database goes away"))
        self._switch(away=True)
        try:
            yield
        finally:
            self._switch(away=False)
            self._journal.add(_("the database is back"))

    def _switch(self, *, away: bool) -> None:
        server = self._slot.ground.server
        if self._slot.database.url.startswith("sqlite"):
            for worker in self._slot.workers:
                worker.database_away(away=away)
        elif away:
            server.take_away()
        else:
            server.bring_back()
