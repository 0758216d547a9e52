"""Deadlines for others' processes that a busy machine does not bring nearer.

Whoever works or sleeps uses its time up; whoever stands in the queue for a processor does not. So
load makes an answer slower and never wrong. What was used and what was waited for is read by the
trusted side, see `worker/processor.py`, and never told by those who are waited for.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import nlargest

from hooklab.errors import HooklabError
from hooklab.texts import _

# A request is worked on by few tasks, one after the other: the app's loop, a thread of its pool,
# the service that it calls. The waits of so many are added. Of more it would pay to have many that
# wait for each other: as it is, and as what they use counts, an app alone on a machine can make its
# time at most five times as long, which is less than the longest.
TASKS = 4
SLOWER = 5
GRACE = 10.0

# So often a deadline is looked at, at the least.
_LOOKS = 20
_SHORTEST_LOOK = 0.005
# The first look at a longer one comes late: most of what is waited for is there before it.
_SHORT = 1.0


class MachineTooSlow(HooklabError):
    """Somebody had so little of the processor, for so long, that nobody can tell what it does."""


@dataclass(frozen=True)
class Usage:
    """What processes have had of the processors since they began, in seconds.

    Attributes:
        used: processor time by process, with that of the children which it has waited for.
        waited: by task (a thread), how long it was ready to run and stood in the queue, as far as
            that is over: the system tells of no wait before its end.
        is_ready: whether a task runs or stands in the queue at this moment.
    """

    used: Mapping[int, float]
    waited: Mapping[int, float]
    is_ready: bool = False


def growth(before: Mapping[int, float], after: Mapping[int, float]) -> list[float]:
    """By how much each of the values has grown; a new one, by all of it."""
    return [max(0.0, value - before.get(key, 0.0)) for key, value in after.items()]


class Deadline:
    """A time that somebody has to do something; it begins now. May be used by several threads.

    Args:
        seconds: how much of it may be used up.
        usage: reads what those who are waited for have had of the processors; None from it, or in
            its place, makes every second count.
        now: a monotonic clock.

    Attributes:
        seconds: as given.
        longest: in so many seconds of real time it is over in any case.
    """

    def __init__(
        self,
        seconds: float,
        usage: Callable[[], Usage | None] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self.longest = SLOWER * seconds + GRACE if usage else seconds
        self._usage = usage or _unknown
        self._clock = now
        self._lock = threading.Lock()
        self._begun = self._looked = self._next = now()
        self._passed = self._charged = 0.0
        self._before: Usage | None = None
        # Summed up: what was charged too much before a wait was over is given back then.
        self._used = self._waited = 0.0
        self._unknowable: MachineTooSlow | None = None
        if usage and seconds > _SHORT:
            self._next += seconds / _LOOKS
        elif usage and seconds > 0:
            self._before = self._usage()
            self._looked = now()

    def left(self) -> float:
        """How long one may wait before asking again, in seconds; 0 when the time is used up.

        Raises:
            MachineTooSlow: `longest` is over, and the time is not used up. From then on always.
        """
        with self._lock:
            if self._unknowable:
                raise self._unknowable
            now = self._clock()
            if now < self._next:
                return self._next - now
            self._look(now)
            rest = self.seconds - self._charged
            if rest <= 0 and not self._may_be_queued():
                return 0.0
            if now - self._begun >= self.longest:
                self._unknowable = _too_slow(now - self._begun, self._charged)
                raise self._unknowable
            step = min(max(rest, 0.0), self.seconds / _LOOKS) if self._before else rest
            self._next = now + max(step, _SHORTEST_LOOK)
            return self._next - now

    def require_recent(self, seconds: float) -> None:
        """MachineTooSlow when the time was used up more than `seconds` ago: what is there now may
        have come too late.
        """
        if not self.left() and self.charged - self.seconds > seconds:
            raise MachineTooSlow(
                _("the machine is too busy: what was waited for was looked at too late"),
                _("grade again when less is running on it"),
            )

    @property
    def charged(self) -> float:
        """How much of it was used up when somebody last looked, in seconds."""
        with self._lock:
            return self._charged

    def wait_for(self, changed: threading.Condition, come: Callable[[], bool]) -> bool:
        """Wait at `changed`, which is held, until `come()`; False when the time is used up."""
        while not come():
            if not (left := self.left()):
                return False
            changed.wait(left)
        return True

    def _may_be_queued(self) -> bool:
        """Whether somebody who has not used the time up may stand in the queue since long."""
        return bool(self._before and self._before.is_ready and self._used < self.seconds)

    def _look(self, now: float) -> None:
        after = self._usage()
        passed = now - self._looked
        self._passed += passed
        if self._before and after:
            self._used += sum(growth(self._before.used, after.used))
            waits = growth(self._before.waited, after.waited)
            # A wait that is longer than the time since the last look began before it.
            late = max(0.0, max(waits, default=0.0) - passed)
            self._waited += min(passed, sum(nlargest(TASKS, waits))) + late
            # Nobody has waited longer than it took.
            self._waited = min(self._waited, self._passed)
        self._charged = min(self._passed, max(self._passed - self._waited, self._used))
        # What the look itself takes, on a machine that lets it wait, is charged to nobody.
        self._looked, self._before = self._clock(), after


def _unknown() -> None:
    return None


def _too_slow(elapsed: float, had: float) -> MachineTooSlow:
    return MachineTooSlow(
        _(
            "the machine is too busy: for {missed:.0f} s of {elapsed:.0f} s, the app waited for a "
            "processor that others used"
        ).format(elapsed=elapsed, missed=elapsed - had),
        _("grade again when less is running on it"),
    )
