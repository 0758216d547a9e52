"""When the app is at rest: whatever it may still do on its own, it has done.

Nobody announces what a thread of the app's own does, or a task that outlives its request. So rest
is seen from outside: no request is under way, no thread runs, no service and no database server
works for the app. Who then still waits, waits for a certain time or for the check itself. Whoever
sleeps for a short time gets one turn more after each thing that the check does.
"""

import time
from collections.abc import Sequence
from typing import Protocol

from hooklab.deadline import Deadline
from hooklab.grading.database import Database
from hooklab.grading.journal import Journal
from hooklab.texts import _
from hooklab.worker import observed
from hooklab.worker.process import IDLE_SECONDS, Worker
from hooklab.worker.sleepers import LONGEST_SECONDS, Sleepers
from hooklab.world import World

# Looks follow each other at a growing distance: most apps rest at once, and a look costs something.
_SHORTEST, _LONGEST = 0.001, 0.02

# An app that has gone on for the whole time once is not waited for so long again.
_TIRED_SECONDS = 0.5


class Place(Protocol):
    """Where a check's app runs, see `slot.Slot`."""

    workers: list[Worker]
    world: World
    database: Database

    def deadline(self, seconds: float) -> Deadline:
        """A deadline for the app, which a busy machine does not bring nearer."""


class Rest:
    """Waits until the app of a slot is at rest: `slot.rest`.

    Attributes:
        journal: the story of the check.
    """

    def __init__(self, slot: Place) -> None:
        self._slot = slot
        self._known: observed.Marks | None = None
        self._is_tired = False
        self._sound_asleep: set[int] = set()
        self._served = 0
        self.journal: Journal | None = None

    def wait(self, seconds: float = IDLE_SECONDS) -> bool:
        """Wait `seconds` at most for rest; False when it does not come.

        The story says so when the usual time was not enough. MachineTooSlow when nobody can tell.
        """
        workers = self._workers()
        if self._known and observed.marks(worker.pid for worker in workers) == self._known:
            return True
        rests = self._come_to_rest(workers, seconds)
        done = self.journal.length if self.journal else 0
        if rests and done > self._served and self._sleep(workers):
            rests = self._come_to_rest(workers, seconds)
        self._served = done
        if not rests and seconds >= IDLE_SECONDS and not self._slot.world.holds():
            if self.journal and not self._is_tired:
                self.journal.note(
                    _("the app has not come to rest within {seconds:g} s").format(seconds=seconds)
                )
            self._is_tired = True
        return rests

    def wait_before_a_change(self, seconds: float = IDLE_SECONDS) -> None:
        """Wait for rest before the world changes; whoever the check itself keeps is at rest."""
        if self._slot.world.holds():
            self.stand_still(self._workers(), seconds)
        else:
            self.wait(seconds)

    def stand_still(self, workers: Sequence[Worker], seconds: float) -> bool:
        """Wait until `workers` stand still, whatever the check itself keeps; False if they do not
        within `seconds`.
        """
        return self._stand_still(workers, seconds, held=True)

    def _come_to_rest(self, workers: Sequence[Worker], seconds: float) -> bool:
        # Each is waited for, also when another goes on.
        busy = [worker for worker in workers if not worker.settle(seconds)]
        left = min(seconds, _TIRED_SECONDS) if self._is_tired else seconds
        return self._stand_still(workers, left) and not busy

    def _sleep(self, workers: Sequence[Worker]) -> bool:
        """Wait until everyone in the app who sleeps has woken up once; False if no one does.

        Who sleeps on for the longest time that is waited is not waited for again.
        """
        told = self._sleepers(workers)
        if not any(each.threads - self._sound_asleep or each.seconds for each in told):
            return False
        # Whoever was on the way to a sleep without end when it was asked has arrived now.
        for worker in workers:
            worker.settle(_TIRED_SECONDS)
        told = self._sleepers(workers)
        before = observed.marks(worker.pid for worker in workers)
        asleep = {thread for each in told for thread in each.threads if thread in before}
        asleep -= self._sound_asleep
        seconds = max((each.seconds for each in told), default=0.0)
        time.sleep(seconds)
        # A sleep ends by the real clock, also on a busy machine.
        deadline = Deadline(LONGEST_SECONDS - seconds)
        while asleep and deadline.left():
            time.sleep(_LONGEST)
            asleep = observed.unmoved(asleep, before)
        # Whoever has woken up may still stand in the queue for a processor.
        self._sound_asleep |= asleep - observed.awake(worker.pid for worker in workers)
        return True

    def _sleepers(self, workers: Sequence[Worker]) -> list[Sleepers]:
        return [worker.sleepers for worker in workers]

    def _stand_still(
        self, workers: Sequence[Worker], seconds: float, *, held: bool = False
    ) -> bool:
        self._known = None
        if not observed.KNOWN:
            return True

        pids = [worker.pid for worker in workers]

        def nobody_works() -> bool:
            return not self._slot.world.works(held=held) and not self._slot.database.works(pids)

        # Whoever waits for what is held loses patience by the real clock.
        deadline = Deadline(seconds) if held or self._is_tired else self._slot.deadline(seconds)
        pause = _SHORTEST
        while (found := observed.still(pids, nobody_works)) is None:
            if not (left := deadline.left()):
                return False
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST)
        # What stands still because the check keeps it is not at rest.
        self._known = None if held else found
        return True

    def _workers(self) -> list[Worker]:
        return [worker for worker in self._slot.workers if worker.alive]
