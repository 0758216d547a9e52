"""The slots of a run's checks: made ahead, each for its own check, and given back."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from hooklab.grading import disk
from hooklab.grading.slot import Ground, Slot
from hooklab.scratch import remove_folder
from hooklab.worker.process import StartFailure

# Slots that are prepared while a check runs: starting an app is mostly another process's work.
AHEAD = 2


class Slots:
    """Prepares the slots of the next checks while a check uses the present one.

    A slot belongs to its check from the beginning. Otherwise its secrets would depend on which of
    two checks happened to be faster, and no seed would repeat them.

    Args:
        ground: what the run shares.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        # The checks that are still to come, in order.
        self._coming: list[str] = []
        self._hangs: list[StartFailure] = []
        # Two apps at a breakpoint would talk to the same terminal.
        self._ahead = 0 if ground.debug else AHEAD
        self._threads = ThreadPoolExecutor(max_workers=AHEAD)
        self._watch = disk.Watch()
        self._ready: dict[str, Future[Slot]] = {}
        self._left: list[Path] = []
        self._lock = threading.Lock()

    def get_ready(self, likely: Iterable[str]) -> None:
        """Prepare the first slots, for the checks that will probably come first."""
        with self._lock:
            self._prepare(list(likely)[: self._ahead])

    def expect(self, checks: Iterable[str]) -> None:
        """Tell which checks will come, in order; what is ready for others is given back."""
        with self._lock:
            self._coming = list(checks)
            for check in self._ready.keys() - set(self._coming):
                self._give_back(self._ready.pop(check))

    def take(self, check: str) -> Slot:
        """The slot of `check` with the app started in it, or with `failure` set; may be called by
        any thread.
        """
        with self._lock:
            self._pass(check)
            self._prepare([check])
            own = self._ready.pop(check)
            self._prepare(self._coming[: self._ahead])
        slot = own.result()
        # An app that hangs at its start hangs every time: two proofs are enough.
        if slot.failure and slot.failure.stage == "hang":
            self._hangs.append(slot.failure)
        return slot

    def leave_out(self, check: str) -> None:
        """Tell that `check` will not come after all."""
        with self._lock:
            self._pass(check)
            if check in self._ready:
                self._give_back(self._ready.pop(check))

    def discard(self, slot: Slot) -> None:
        """End a slot and remove it, while the next check goes on."""
        self._threads.submit(self._end, slot)

    def close(self) -> list[Path]:
        """Remove the slots that nobody will take; the folders that could not be removed."""
        while self._ready:
            self._give_back(self._ready.popitem()[1])
        self._threads.shutdown()
        self._watch.close()
        # Whoever still wrote into one has ended by now.
        return [folder for folder in self._left if not remove_folder(folder)]

    def _pass(self, check: str) -> None:
        """What stands before `check` waits for something else, and is made when it is wanted."""
        if check in self._coming:
            del self._coming[: self._coming.index(check) + 1]

    def _prepare(self, checks: Iterable[str]) -> None:
        for check in checks:
            if check not in self._ready:
                self._ready[check] = self._threads.submit(self._make, check)

    def _make(self, check: str) -> Slot:
        slot = Slot(self._ground, check)
        self._watch.open(slot.account)
        try:
            if len(self._hangs) < 2:
                slot.start()
            else:
                slot.failure = self._hangs[-1]
        except BaseException:
            self._end(slot)
            raise
        return slot

    def _give_back(self, unused: Future[Slot]) -> None:
        def end() -> None:
            # One that could not be made has nothing to give back.
            with suppress(Exception):
                self._end(unused.result())

        if not unused.cancel():
            # It was begun before this, so that no thread waits for one that waits for a thread.
            self._threads.submit(end)

    def _end(self, slot: Slot) -> None:
        self._watch.drop(slot.account)
        try:
            slot.stop()
        finally:
            if not slot.remove():
                self._left.append(slot.folder)
