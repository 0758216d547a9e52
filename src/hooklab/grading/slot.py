"""A fresh place for each check: folder, database, outside world, clock, and the app in it."""

import os
import random
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ALL_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hooklab.deadline import Deadline, Usage
from hooklab.errors import HooklabError
from hooklab.grading import disk
from hooklab.grading.advice.code import read_code
from hooklab.grading.advice.stopping import read_stand
from hooklab.grading.clock import Clock
from hooklab.grading.database import Database, Server
from hooklab.grading.failure import CheckFailed
from hooklab.grading.frames import ask_for_frames
from hooklab.grading.log_file import LogFile
from hooklab.grading.memory_limit import MemoryLimit
from hooklab.grading.places import shown
from hooklab.grading.redis import RedisServers
from hooklab.grading.rest import Rest
from hooklab.grading.time_limits import Timer
from hooklab.limits import DEFAULTS, Limits
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

# How much longer everything may take when a person sits at a breakpoint.
DEBUG_PATIENCE = 600.0

# An answer that is seen so long after its time may have come too late. Shorter waits judge nothing.
_LATE_SECONDS = 1.0


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
        slug: the exercise.
        solution: the folder of its solution, if there is one: advice names what stands there.
        limits: of what the submission may take.
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
    slug: str = ""
    solution: Path | None = None
    limits: Limits = DEFAULTS

    @property
    def called(self) -> Path:
        """What messages call the folder that is graded."""
        return self.original or self.submission


class Slot:
    """One check's world, with the app started in it.

    Args:
        ground: what the run shares.
        check: the check's name; with the run's seed it decides the secrets and addresses.
    """

    def __init__(self, ground: Ground, check: str) -> None:
        self.ground = ground
        # First, because it may fail: there is nothing to give back yet.
        drawn = ground.launcher.draw(ground.settings, f"{ground.seed}/{check}/settings")
        self.folder = scratch_folder()
        self.home = self.folder / "home"
        self.home.mkdir()
        self.clock = Clock()
        self.workers: list[Worker] = []
        self.environments: list[dict[str, str]] = []
        self.rest = Rest(self)
        self.database: Database = ground.server.create(self.folder)
        chance = random.Random(f"{ground.seed}/{check}/world")  # noqa: S311
        # A check brings its own; until then nobody is a user.
        self.clerk = Clerk(seed=0, now=self.clock.now)
        self.on_record: Callable[[str, object], None] = lambda _service, _record: None
        self.world = World(
            now=self.clock.now,
            seed=chance.randrange(2**32),
            on_record=lambda service, record: self.on_record(service, record),
            backend_api=lambda *request: backend_api(self.clerk, *request),
            redis=ground.redis.database() if ground.redis else None,
            deadline=self.deadline,
        )
        self.world.start(*SERVICES)
        self.settings = self._settings(drawn)
        self._listeners: list[socket.socket] = []
        # Ours before there is an app: what it puts in the place of the file is never opened.
        self.log = LogFile(self.folder / "app.log", ground.limits.output_kib << 10)
        self._frames = LogFile(self.folder / "frames")
        self.lines = LogFile(self.folder / "lines") if ground.lines else None
        self.failure: StartFailure | None = None
        self.account = disk.Account(
            (self.folder, ground.compiled),
            ground.limits,
            lambda: [*self._running(), *ground.launcher.strays()],
            self.database.is_full,
            self._end_for_its_size,
            self._end_if_beyond,
        )
        self.timer: Timer | None = None
        self._memory = MemoryLimit(ground.limits.memory_mib, self._running)
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
        self.environments.append({**self.settings, **(settings or {})})
        job = Job(
            folder=str(self.ground.submission.resolve()),
            home=str(self.home),
            compiled=str(self.ground.compiled),
            log=str(self.log.path),
            environment=self.environments[-1],
            now=self.clock.now().isoformat(),
            isolation=in_force(debug=self.ground.debug),
            settings=str(self.ground.settings.resolve()) if self.ground.settings else None,
            lines=str(self.lines.path) if self.lines else None,
            frames=str(self._frames.path),
            limits=self.ground.limits.as_data(),
            debug=self.ground.debug,
        )
        worker = Worker(self.ground.launcher, job, self._listeners[port_of])
        self.workers[port_of : port_of + 1] = [worker]
        self.failure = self._renamed(worker.wait_until_ready())
        if self.failure and self.failure.stage == "hang":
            file, _colon, line = self.stand(port_of).rpartition(":")
            self.failure = StartFailure("hang", {"file": file, "line": line})
            worker.end()
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
            return read_usage(self._running(), self.ground.launcher.strays())

        return Deadline(seconds * (DEBUG_PATIENCE if self.ground.debug else 1.0), reading)

    def wait(
        self,
        requests: "Sequence[Future[Any]]",
        timeout: float,
        return_when: str = ALL_COMPLETED,
    ) -> "DoneAndNotDoneFutures[Any]":
        """Like `concurrent.futures.wait`; a busy machine does not use the time up.

        MachineTooSlow when nobody can tell, because this process itself came late to look.
        """
        deadline = self.deadline(timeout)
        wanted = len(requests) if return_when == ALL_COMPLETED else 1
        found = wait(requests, 0)
        while len(found.done) < wanted and (left := deadline.left()):
            found = wait(requests, left, return_when)
        if found.done and timeout >= _LATE_SECONDS:
            deadline.require_recent(_LATE_SECONDS)
        return found

    def printed(self) -> str:
        """What the app printed so far, standard output and error; the middle of a flood is cut."""
        return self._known(self.log.text())

    def stand(self, app: int) -> str:
        """The line of the answer at which app number `app` says that it stands, as `path:line`.

        Nothing when it does not say, or names no line of the answer.
        """
        code = read_code(self.ground.submission, self.ground.called)
        return read_stand(code, self._known(ask_for_frames(self.workers[app], self._frames)))

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
        self._frames.close()
        if self.lines:
            self.lines.close()
        return remove_folder(self.folder)

    def _running(self) -> list[int]:
        return [worker.pid for worker in self.workers.copy() if worker.status is None]

    def _end_apps(self) -> None:
        for worker in self.workers.copy():
            with suppress(Exception):
                worker.forget()

    def _end_for_its_size(self) -> None:
        # Known before the app is gone: its check ends at that moment.
        known, self._was_too_large = self._was_too_large, True
        # Before anything that may have to wait: who stands still writes no more.
        for worker in self.workers.copy():
            worker.halt()
        # Again for an app that the check starts again.
        self._end_apps()
        if not known:
            # A statement goes on in the server, whoever sent it; and what it wrote stays there.
            self.database.empty()

    def require_moderate(self) -> None:
        """CheckFailed when its apps took more than they may, and so were ended.

        MachineTooSlow when nobody can tell whether they took too long.
        """
        if self.timer:
            self.timer.require_in_time()
        self._memory.require_kept()
        limits = self.ground.limits
        if self._was_too_large or self.account.room() < 0:
            raise CheckFailed(
                _("an app that writes at most {size} MiB, in {count} files at most").format(
                    size=limits.disk_mib, count=limits.files
                ),
                _("it wrote more, or made a folder that nobody can look into"),
            )

    def _end_if_beyond(self) -> None:
        if self._memory.is_over() or (self.timer and self.timer.is_over()):
            self._end_apps()

    def _renamed(self, failure: StartFailure | None) -> StartFailure | None:
        """`failure` with the names of files that a learner knows."""
        if failure is None:
            return None
        error = {name: self._known(text) for name, text in failure.error.items()}
        return replace(failure, error=error)

    def _known(self, text: str) -> str:
        return text.replace(str(self.ground.submission), shown(self.ground.called))

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


def _listen() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.set_inheritable(True)
    return listener
