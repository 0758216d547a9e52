"""Virtual time: for the sender, the outside world and every running app."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hooklab.grading.journal import Journal
from hooklab.texts import _

# A Tuesday morning in winter time, far from midnight and from a change of clocks.
START = datetime(2026, 3, 10, 9, 0, 0, tzinfo=UTC)


class Clock:
    """Virtual time. It stands still until the check moves it, and never runs backwards.

    Attributes:
        journal: where moves are written down.
        before_a_move: called before each, so that no work begins in one time and ends in another.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._followers: list[Callable[[datetime], None]] = []
        self.journal: Journal | None = None
        self.before_a_move: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        """The virtual instant, in UTC."""
        return self._now

    def follow(self, move: Callable[[datetime], None]) -> None:
        """Call `move` with the new time whenever the clock moves."""
        self._followers.append(move)

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Move the clock of everybody forward."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta(0):
            raise ValueError("the clock does not run backwards")
        self.before_a_move()
        self._now += step
        for move in self._followers:
            move(self._now)
        if self.journal and step:
            self.journal.did("move", seconds=step.total_seconds())
            self.journal.note(_("the clock moves forward by {step}").format(step=step))
