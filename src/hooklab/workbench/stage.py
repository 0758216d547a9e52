"""Where an exercise's app runs: in a world of its own, behind the wall, on a clock that stands."""

import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from urllib.parse import SplitResult

from hooklab.catalogue import Course, own_settings
from hooklab.errors import HooklabError
from hooklab.grading import database, disk
from hooklab.grading.cron import ROUTE
from hooklab.grading.failure import CheckFailed
from hooklab.grading.options import check_folder
from hooklab.grading.private_copy import copy_submission
from hooklab.grading.relauncher import Relauncher
from hooklab.grading.slot import Ground, Slot
from hooklab.grading.start_failures import describe_status, explain
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.sender import Clerk, Response, carry
from hooklab.texts import _
from hooklab.workbench.row_changes import Tables, read_tables
from hooklab.worker.launch import Launcher

# So much of a log is read at once.
LOG_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Subject:
    """An exercise, and the folder with the answer whose app is to run.

    Attributes:
        course: whose exercise it is.
        slug: the exercise.
        folder: with app.py.
        seed: decides secrets, ids and who signs up.
    """

    course: Course
    slug: str
    folder: Path
    seed: int = 0


class Stage:
    """The app of an exercise with everything around it; a fresh world each time.

    Args:
        subject: whose app it is.
        launcher: starts the app's processes; whoever made it closes it.
        arrived: called with a service's name and what has arrived there.
        world_name: what the world is called; with the seed it decides all that is drawn in it.

    Attributes:
        failure: why the app does not run, in words; "" when it does, or was killed.
        subject: as it was given.
    """

    has_clock = True
    has_processes = True

    def __init__(
        self,
        subject: Subject,
        launcher: Launcher,
        arrived: Callable[[str, object], None],
        world_name: str,
    ) -> None:
        check_folder(subject.folder)
        self.subject = subject
        self.failure = ""
        self._resources = ExitStack()
        self._copies = count(1)
        self._copy: Path | None = None
        self._read = 0
        self._told_dead: set[int] = set()
        self._scratch = scratch_folder().resolve()
        self._resources.callback(remove_folder, self._scratch)
        try:
            self._slot = self._make_slot(Relauncher(launcher), world_name)
        except BaseException:
            self._resources.close()
            raise
        self._slot.on_record = arrived
        # As in a check: in its world the same people sign up as there.
        chance = random.Random(f"{subject.seed}/{world_name}")  # noqa: S311
        self.clerk = self._slot.clerk = Clerk(chance.randrange(2**32), self.now)
        self.world = self._slot.world
        self.start()

    def _make_slot(self, launcher: Relauncher, world_name: str) -> Slot:
        subject = self.subject
        self._resources.callback(launcher.close)
        compiled = self._scratch / "compiled"
        compiled.mkdir()
        server = database.server(None)
        self._resources.callback(server.close)
        settings = own_settings(subject.course.grader(subject.slug))
        ground = Ground(
            submission=self._scratch / "none",
            compiled=compiled,
            launcher=launcher,
            server=server,
            seed=subject.seed,
            settings=settings,
            original=subject.folder.resolve(),
            slug=subject.slug,
            limits=subject.course.limits,
        )
        slot = Slot(ground, world_name)
        self._resources.callback(slot.remove)
        self._resources.callback(slot.stop)
        watch = disk.Watch()
        self._resources.callback(watch.close)
        watch.open(slot.account)
        slot.clock.before_a_move = slot.rest.wait_before_a_change
        return slot

    @cached_property
    def has_cron(self) -> bool:
        """Whether the exercise has a cron: its own app, which nobody changes, has the route."""
        original = self.subject.course.original(self.subject.slug)
        return any(ROUTE in path.read_text(encoding="utf-8") for path in original.rglob("*.py"))

    def now(self) -> datetime:
        """The time that the app sees."""
        return self._slot.clock.now()

    @property
    def secret(self) -> str:
        """The endpoint's signing secret."""
        return self.setting("CLERK_WEBHOOK_SIGNING_SECRET")

    def setting(self, name: str) -> str:
        """A variable of the app's environment, such as a secret that it shares with callers."""
        return self._slot.settings[name]

    @property
    def address(self) -> str:
        """Where the app takes requests, without a slash at its end; "" before its first start."""
        return f"http://127.0.0.1:{self._slot.port(0)}" if self._slot.workers else ""

    @property
    def processes(self) -> list[bool]:
        """Of each process of the app, whether it runs."""
        return [worker.alive for worker in self._slot.workers]

    def send(
        self,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        process: int = 0,
        method: str = "POST",
    ) -> tuple[Response, float]:
        """Send one request to a process of the app; the response, and the seconds it took."""
        begun = time.perf_counter()
        # The port stays ours while no app serves it: a request would wait there for nothing.
        if not any(self.processes[process : process + 1]):
            return Response(problem="refused"), 0.0
        path, _mark, query = path.partition("?")
        url = SplitResult("http", f"127.0.0.1:{self._slot.port(process)}", path, query, "")
        response = carry(url, headers, body, method=method, deadline=self._slot.deadline(15.0))
        return response, time.perf_counter() - begun

    def settle(self) -> None:
        """Wait until the app has done what it does by itself."""
        self._slot.rest.wait()

    def move(self, step: timedelta) -> None:
        """Move the clock of everybody forward."""
        self._slot.clock.advance(seconds=step.total_seconds())

    def start(self) -> None:
        """Start the first process again, with the files as they are now; `failure` says how."""
        self.kill()
        try:
            into = self._scratch / str(next(self._copies))
            copy = copy_submission(self.subject.folder, into)
            self._slot.ground = replace(self._slot.ground, submission=copy)
            self._slot.ground.launcher.preload(copy, self._slot.ground.settings)
        except CheckFailed as failed:
            self.failure = failed.happened
            return
        self._slot.start(port_of=0 if self._slot.workers else None)
        self.failure = explain(self._slot.failure) if self._slot.failure else ""
        if self._copy:
            remove_folder(self._copy)
        self._copy = into

    def another(self) -> int:
        """Start a second process on the same database; its number. HooklabError if it does not."""
        dead = [number for number, alive in enumerate(self.processes) if number and not alive]
        if not dead and len(self.processes) > 1:
            raise HooklabError(
                _("the second process runs already"), _("kill the app, or send something to it")
            )
        number = self._slot.start(port_of=dead[0] if dead else None)
        if self._slot.failure:
            told = explain(self._slot.failure)
            self._slot.failure = None
            raise HooklabError(told, _("correct it and start again"))
        return number

    def kill(self) -> None:
        """End all processes at once, as `kill -9` does. The database stays."""
        for worker in self._slot.workers:
            worker.end()

    def deaths(self) -> list[str]:
        """How processes have ended that nobody ended; each is told once."""
        fallen = [
            each
            for each in self._slot.workers
            if each.status is None and not each.alive and each.pid not in self._told_dead
        ]
        self._told_dead |= {each.pid for each in fallen}
        # One that never started has told why already.
        return [describe_status(each.end()) for each in fallen if not self.failure]

    def database(self, *, away: bool) -> None:
        """Take the database away from the app, or give it back."""
        for worker in self._slot.workers:
            if worker.alive:
                worker.database_away(away=away)

    def tables(self) -> Tables:
        """The app's tables, as they are now."""
        return read_tables(self._slot.database.engine)

    def printed(self) -> list[str]:
        """The lines that the app has printed since this was last asked."""
        found = self._slot.log.after(self._read, LOG_CHUNK)
        # A line that is not finished waits for its end, unless it is too long to wait for.
        whole = found if len(found) == LOG_CHUNK else found[: found.rfind(b"\n") + 1]
        self._read += len(whole)
        text = whole.decode("utf-8", "replace").replace(
            str(self._slot.ground.submission), str(self._slot.ground.called)
        )
        return [line for line in text.splitlines() if line.strip()]

    def close(self) -> None:
        """End everything, and remove what is left of it."""
        self._resources.close()
