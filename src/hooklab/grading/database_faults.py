"""The app's database from outside: taken away, held between two writes, watched, filled."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from hooklab.grading.hold import WriteHold
from hooklab.grading.journal import Journal
from hooklab.grading.patience import within
from hooklab.grading.recording import the_app
from hooklab.grading.rows import READING_SECONDS, readable, seconds_to_read
from hooklab.grading.seeding import Row, write_rows
from hooklab.grading.slot import Slot
from hooklab.grading.statements import Statement, read_statements
from hooklab.texts import _, plural

# How long an app may take to come to a write; only one that never does makes the trusted side wait.
HELD_SECONDS = 1.0


# How long a server may take to notice that an app is gone.
COUNTING_SECONDS = 5.0


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
        self._journal.did("break", act="database_away")
        self._note(_("the database goes away"))
        outside = database.take_away()
        if not outside:
            self._make_drivers_fail(away=True)
        try:
            yield
        finally:
            database.bring_back()
            if not outside:
                self._make_drivers_fail(away=False)
            self._journal.did("break", act="database_back")
            self._note(_("the database is back"))

    @contextmanager
    def hold_writes(self, *, after: int = 0) -> Iterator[Callable[..., bool]]:
        """Inside the block, the app stands still before its next write; `after` of them pass.

        What the block is given waits for that moment and says whether it came. Given requests, as
        in `held(lab.deliver.later(event))`, it waits no longer once they are answered and the app
        is at rest. An app that is killed then has crashed between two statements. One that wrote
        more than may pass, held or not, fails the check.
        """
        stop = _("the app will stop before its write number {n}").format(n=after + 1)
        self._journal.note(stop, the_app())
        self._journal.left_out(stop)
        with WriteHold(self._slot, self._slot.workers, after) as hold:
            yield lambda *requests: hold.wait_for_anybody(HELD_SECONDS, requests)

    @contextmanager
    def statements(self) -> Iterator[list[Statement]]:
        """Inside the block, what the app asks through SQLAlchemy is noted; read it afterwards.

        It is the app's own word: it shows where a loss comes from. That nothing is lost must be
        measured too, see `App.cost` and `rows_read`.
        """
        workers = [worker for worker in self._slot.workers if worker.alive]
        noted: list[Statement] = []
        for worker in workers:
            worker.note_statements()
        try:
            yield noted
        finally:
            for worker in workers:
                noted += read_statements(worker.statements())

    def seconds_to_read(self, table: str, count: int) -> float:
        """The processor time that it takes here to read `count` rows of `table`: a measure for
        what an app may need on the same machine.
        """
        read = partial(seconds_to_read, self._slot.database.engine, table, count)
        with readable(_("a table “{table}” that can be read").format(table=table)):
            return within(READING_SECONDS, read)

    def rows_read(self, table: str) -> int | None:
        """How many rows of `table` were read so far, as PostgreSQL counts them; None on SQLite,
        which counts nothing. What a running app has read may be missing: kill it first.
        """
        self._wait_for_figures()
        return self._slot.database.rows_read(table)

    def scans(self, table: str) -> int | None:
        """How often statements have read `table` or an index of it, as for `rows_read`."""
        self._wait_for_figures()
        return self._slot.database.scans(table)

    def insert(self, table: str, rows: Sequence[Row], *, times: int = 1, apart: str = "") -> None:
        """Write rows into a table of the app, see `seeding.write_rows`."""
        write_rows(self._slot.database.writer, table, rows, times=times, apart=apart)
        count = len(rows) * times
        written = plural("{count} row is written", "{count} rows are written", count)
        written += _(" into table “{table}”").format(table=table)
        self._note(written)
        self._journal.left_out(written)

    def _wait_for_figures(self) -> None:
        if not any(worker.alive for worker in self._slot.workers):
            self._slot.database.is_left(COUNTING_SECONDS)

    def _note(self, text: str) -> None:
        self._journal.note(text, _("the database"))

    def _make_drivers_fail(self, *, away: bool) -> None:
        for worker in self._slot.workers:
            worker.database_away(away=away)
