"""A fresh place for each check: folder, database, outside world, clock, and the app in it."""

import os
import random
import socket
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ALL_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hooklab.deadline import Deadline, Usage
from hooklab.errors import HooklabError
from hooklab.grading import disk
from hooklab.grading.clock import Clock
from hooklab.grading.database import Database, Server
from hooklab.grading.log_file import LogFile
from hooklab.grading.redis import RedisServers
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.sender import Clerk, backend_api
from hooklab.texts import _
from hooklab.worker.isolation import CHOICE, PROCESS, in_force
from hooklab.worker.job import Job
from hooklab.worker.launch import Launcher
from hooklab.worker.process import StartFailure, Worker
from hooklab.worker.processor import read_usage
from hooklab.world import World
from hooklab.world.environment import SERVICES, environment

if TYPE_CHECKING:
    from concurrent.futures._base import DoneAndNotDoneFutures

# Slots that are prepared while a check runs: starting an app is mostly another process's work.
AHEAD = 2

# How much longer everything may take when a person sits at a breakpoint.
DEBUG_PATIENCE = 600.0


@dataclass(frozen=True)
class Ground:
    """What all checks of a run share.

    Attributes:
        submission: the folder that is graded, a copy that nobody else changes.
        compiled: an empty folder for its compiled code.
        launcher: starts the apps.
        server: makes the databases.
        seed: the run's seed.
        settings: the file in which the course describes them; None for the engine's own.
        lines: whether the lines of the submission that run are noted.
        debug: whether a person sits at a breakpoint.
        original: what messages call the folder, the place of its author's own files.
        redis: a real Redis server; None for one in this process.
    """

    submission: Path
    compiled: Path
    launcher: Launcher
    server: Server
    seed: int
    settings: Path | None = None
    lines: bool = False
    debug: bool = False
    original: Path | None = None
    redis: RedisServers | None = None


class Slot:
    """One check's world, with the app started in it.

    Args:
        ground: what the run shares.
        number: distinguishes the secrets of this slot from those of others.
    """

    def __init__(self, ground: Ground, number: int) -> None:
        self.ground = ground
        # First, because it may fail: there is nothing to give back yet.
        drawn = ground.launcher.draw(ground.settings, f"{ground.seed}/{number}/settings")
        self.folder = scratch_folder()
        self.home = self.folder / "home"
        self.home.mkdir()
        self.clock = Clock()
        self.workers: list[Worker] = []
        self.database: Database = ground.server.create(self.folder)
        chance = random.Random(f"{ground.seed}/{number}")  # noqa: S311
        # A check brings its own; until then nobody is a user.
        self.clerk = Clerk(seed=0, now=self.clock.now)
        self.world = World(
            now=self.clock.now,
            seed=chance.randrange(2**32),
            backend_api=lambda *request: backend_api(self.clerk, *request),
            redis=ground.redis.database() if ground.redis else None,
            deadline=self.deadline,
        )
        self.world.start(*SERVICES)
        self.settings = self._settings(drawn)
        self._listeners: list[socket.socket] = []
        # Ours before there is an app: what it puts in the place of the file is never opened.
        self.log = LogFile(self.folder / "app.log")
        self.lines = LogFile(self.folder / "lines") if ground.lines else None
        self.failure: StartFailure | None = None
        self.account = disk.Account(
            (self.folder, ground.compiled), self.database.is_full, self._end_for_its_size
        )
        self._was_too_large = False

    def start(self, settings: dict[str, str] | None = None, port_of: int | None = None) -> int:
        """Start an app on this slot's database; its number. `failure` says how it went.

        Args:
            settings: variables that differ from the slot's own.
            port_of: the number of an earlier app whose port this one takes over.
        """
        if port_of is None:
            self._listeners.append(_listen())
            port_of = len(self._listeners) - 1
        job = Job(
            folder=str(self.ground.submission.resolve()),
            home=str(self.home),
            compiled=str(self.ground.compiled),
            log=str(self.log.path),
            environment={**self.settings, **(settings or {})},
            now=self.clock.now().isoformat(),
            isolation=in_force(debug=self.ground.debug),
            settings=str(self.ground.settings.resolve()) if self.ground.settings else None,
            lines=str(self.lines.path) if self.lines else None,
            debug=self.ground.debug,
        )
        worker = Worker(self.ground.launcher, job, self._listeners[port_of])
        self.workers[port_of : port_of + 1] = [worker]
        self.failure = self._renamed(worker.wait_until_ready())
        if self.failure and self.failure.stage == "wall":
            raise HooklabError(
                _("the wall around the app could not be put up: {error}").format(
                    error=self.failure.error.get("message")
                ),
                _("{variable}={value} grades without it").format(variable=CHOICE, value=PROCESS),
            )
        self.clock.follow(worker.set_time)
        return port_of

    def port(self, app: int) -> int:
        """The loopback port of app number `app`."""
        return int(self._listeners[app].getsockname()[1])

    def deadline(self, seconds: float) -> Deadline:
        """A deadline, from now on, for what the apps of this slot are to do."""

        def reading() -> Usage | None:
            workers = [worker.pid for worker in self.workers if worker.status is None]
            return read_usage(workers, self.ground.launcher.strays())

        return Deadline(seconds * (DEBUG_PATIENCE if self.ground.debug else 1.0), reading)

    def wait(
        self,
        requests: "Sequence[Future[Any]]",
        timeout: float,
        return_when: str = ALL_COMPLETED,
    ) -> "DoneAndNotDoneFutures[Any]":
        """Like `concurrent.futures.wait`; a busy machine does not use the time up.

        MachineTooSlow when nobody can tell.
        """
        deadline = self.deadline(timeout)
        wanted = len(requests) if return_when == ALL_COMPLETED else 1
        found = wait(requests, 0)
        while len(found.done) < wanted and (left := deadline.left()):
            found = wait(requests, left, return_when)
        return found

    def printed(self) -> str:
        """What the app printed so far, standard output and error; the middle of a flood is cut."""
        return self._known(self.log.text())

    def is_too_large(self) -> bool:
        """Whether the app has written more than an app of this course ever needs."""
        return self._was_too_large or disk.holds_more(self.account.folders)

    def stop(self) -> None:
        """Kill the apps and close the outside world; the check's files stay until `remove`."""
        self._end_apps()
        for listener in self._listeners:
            listener.close()
        self.world.close()

    def remove(self) -> bool:
        """Remove what the check left behind; whether all of it is gone."""
        self.database.close()
        self.log.close()
        if self.lines:
            self.lines.close()
        return remove_folder(self.folder)

    def _end_apps(self) -> None:
        for worker in self.workers.copy():
            with suppress(Exception):
                worker.forget()

    def _end_for_its_size(self) -> None:
        # Known before the app is gone: its check ends at that moment.
        known, self._was_too_large = self._was_too_large, True
        # Again for an app that the check starts again.
        self._end_apps()
        if not known:
            # A statement goes on in the server, whoever sent it; and what it wrote stays there.
            self.database.empty()

    def _renamed(self, failure: StartFailure | None) -> StartFailure | None:
        """`failure` with the names of files that a learner knows."""
        if failure is None:
            return None
        error = {name: self._known(text) for name, text in failure.error.items()}
        return replace(failure, error=error)

    def _known(self, text: str) -> str:
        original = self.ground.original or self.ground.submission
        return text.replace(str(self.ground.submission), str(original))

    def _settings(self, drawn: dict[str, str]) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "DATABASE_URL": self.database.url,
            **drawn,
            **environment(self.world),
        }


class Slots:
    """Prepares the next slots while a check uses the present one.

    Args:
        ground: what the run shares.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._expected = 0
        self._number = 0
        self._hangs = 0
        # Two apps at a breakpoint would talk to the same terminal.
        self._ahead = 0 if ground.debug else AHEAD
        self._threads = ThreadPoolExecutor(max_workers=AHEAD)
        self._watch = disk.Watch()
        self._ready: deque[Future[Slot]] = deque()
        self._left: list[Path] = []
        self._lock = threading.Lock()

    def get_ready(self) -> None:
        """Prepare the first slots for checks that are not known yet."""
        with self._lock:
            self._prepare(self._ahead, self._ahead)

    def expect(self, count: int) -> None:
        """Tell how many checks will come; no slot is prepared for nobody."""
        self._expected = count

    def take(self) -> Slot:
        """A slot with the app started in it, or with `failure` set; may be called by any thread."""
        with self._lock:
            self._prepare(max(self._ahead, 1), self._expected)
            next_one = self._ready.popleft()
            self._prepare(self._ahead, self._expected)
        slot = next_one.result()
        # An app that hangs at its start hangs every time: two proofs are enough.
        self._hangs += slot.failure == StartFailure("hang")
        return slot

    def discard(self, slot: Slot) -> None:
        """End a slot and remove it, while the next check goes on."""
        self._threads.submit(self._end, slot)

    def close(self) -> list[Path]:
        """Remove the slots that nobody will take; the folders that could not be removed."""
        while self._ready:
            # One that could not be made has nothing to give back.
            with suppress(Exception):
                self._end(self._ready.popleft().result())
        self._threads.shutdown()
        self._watch.close()
        # Whoever still wrote into one has ended by now.
        return [folder for folder in self._left if not remove_folder(folder)]

    def _prepare(self, count: int, expected: int) -> None:
        """Have `count` slots ready, and make no more than `expected` in all."""
        while self._number < expected and len(self._ready) < count:
            self._number += 1
            self._ready.append(self._threads.submit(self._make, self._number))

    def _make(self, number: int) -> Slot:
        slot = Slot(self._ground, number)
        self._watch.open(slot.account)
        try:
            if self._hangs < 2:
                slot.start()
            else:
                slot.failure = StartFailure("hang")
        except BaseException:
            self._end(slot)
            raise
        return slot

    def _end(self, slot: Slot) -> None:
        self._watch.drop(slot.account)
        try:
            slot.stop()
        finally:
            if not slot.remove():
                self._left.append(slot.folder)


def _listen() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.set_inheritable(True)
    return listener
