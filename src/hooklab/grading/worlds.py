"""The worlds of a run's cases: who prepares them, and how they are all given back."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path

from hooklab.errors import HooklabError
from hooklab.grading import database
from hooklab.grading.answers import Answers
from hooklab.grading.cases import Case, Submission
from hooklab.grading.deeds import Deeds, Done
from hooklab.grading.failure import CheckFailed
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options
from hooklab.grading.outcomes import NotTried
from hooklab.grading.private_copy import copy_submission
from hooklab.grading.redis import RedisServers
from hooklab.grading.relauncher import Relauncher
from hooklab.grading.slot import Ground
from hooklab.grading.slots import Slots
from hooklab.grading.time_limits import Allowance, Timer
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.texts import _
from hooklab.worker.launch import Launcher
from hooklab.worker.lines import read_lines

# Without a handler, Python writes a warning to standard error.
_LOG = logging.getLogger("hooklab")

# Each line of an answer is noted once by each of its processes.
LINES_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Ran:
    """What ran in a case.

    Attributes:
        lines: the lines of the submission, by file.
        environments: the variables that its apps were given, at each start.
    """

    lines: dict[str, set[int]]
    environments: list[dict[str, str]]


Noted = Callable[[str, Ran], None]
Told = Callable[[Done], None]


class Worlds:
    """Opens a fresh world for each case; what the cases of a submission share is kept here.

    Args:
        options: how to grade.
        start_launcher: gives the launcher of the apps, when the first one is to start; whoever
            made the launcher closes it.
        noted: called after each case with the id of its check and with what ran; None when nobody
            asks.
        told: called after each case with what was done in it; None when nobody asks.
    """

    def __init__(
        self,
        options: Options,
        start_launcher: Callable[[], Launcher],
        noted: Noted | None = None,
        told: Told | None = None,
    ) -> None:
        self._expected: defaultdict[Submission, list[str]] = defaultdict(list)
        self._early: threading.Thread | None = None
        self._options = options
        self._start_launcher = start_launcher
        self._noted = noted
        self._told = told
        self._resources = ExitStack()
        self._folders: dict[Submission, Path | CheckFailed] = {}
        self._slots: dict[Submission, Slots] = {}
        self._allowances: dict[Submission, Allowance] = {}
        self._left: list[Path] = []
        self._open: set[Lab] = set()
        self._redis: RedisServers | None = None
        self._lock = threading.Lock()

    def get_ready(self, submission: Submission) -> None:
        """Start the first apps of a submission, if it has one, while its checks are still read."""
        if self._options.debug or not (submission.folder / "app.py").is_file():
            return

        chosen = submission.choose(self._options.only, self._options.first)
        likely = [world_name(submission, f"test_{check}") for check in chosen]

        def start() -> None:
            # What is wrong now is wrong later too, and told then.
            with suppress(HooklabError, CheckFailed), self._lock:
                self._slots_for(submission).get_ready(likely)

        self._early = threading.Thread(target=start)
        self._early.start()

    def expect(self, cases: Iterable[Case]) -> None:
        """Tell which cases will ask for a world, in order."""
        with self._lock:
            for case in cases:
                self._expected[case.submission].append(world_name(case.submission, case.name))
            for submission, slots in self._slots.items():
                slots.expect(self._expected[submission])

    def leave_out(self, case: Case) -> None:
        """Tell that a case will ask for no world after all."""
        with self._lock:
            slots = self._slots.get(case.submission)
        if slots:
            slots.leave_out(world_name(case.submission, case.name))

    def answers(self, submission: Submission) -> Answers:
        """The written answers of a submission; CheckFailed when it cannot be copied."""
        with self._lock:
            return Answers(self._folder(submission), submission.folder)

    @contextmanager
    def open(self, case: Case) -> Iterator[Lab]:
        """The world of one case; may be called by any thread.

        NotTried when the time of its submission is over.
        """
        with self._lock:
            slots = self._slots_for(case.submission)
            allowance = self._allowance(case.submission)
        if allowance.is_over():
            told = _("not tried, because the time was over; wanted were {wanted}")
            raise NotTried(told.format(wanted=allowance.told()))
        name = world_name(case.submission, case.name)
        slot = slots.take(name)
        if not self._options.debug:
            slot.timer = Timer(case.submission.limits, slot.deadline, allowance)
        lab = Lab(slot, name)
        if self._told:
            lab.journal.deeds = Deeds(lab.clerk.directory.all)
        self._open.add(lab)
        lost = True
        try:
            yield lab
            lost = False
        finally:
            self._open.discard(lab)
            if self._told and lab.journal.deeds:
                deeds = lab.journal.deeds.all
                self._told(Done(case.check.id, name, lost, slot.settings, deeds))
            lab.close()
            if self._noted and slot.lines:
                lines = read_lines(slot.lines.text(LINES_BYTES))
                self._noted(case.check.id, Ran(lines, slot.environments))
            slots.discard(slot)

    def claim_redis(self) -> None:
        """Take databases of the real Redis server, if there is to be one; HooklabError if not."""
        if self._options.redis and self._redis is None:
            self._redis = RedisServers(self._options.redis)
            self._resources.callback(self._redis.close)

    def abandon(self) -> None:
        """End the apps of all worlds that are open, whatever is waiting for them."""
        for lab in self._open.copy():
            lab.abandon()

    def close(self) -> None:
        """Give everything back."""
        if self._early:
            self._early.join()
        self._resources.close()
        for folder in self._left:
            _LOG.warning(_("this folder could not be removed: {folder}").format(folder=folder))

    def _slots_for(self, submission: Submission) -> Slots:
        if submission not in self._slots:
            folder = self._folder(submission)
            ground = Ground(
                submission=folder,
                compiled=self._scratch(),
                launcher=self._launcher,
                server=self._server,
                seed=self._options.seed,
                settings=submission.settings,
                lines=self._noted is not None,
                debug=self._options.debug,
                original=submission.folder.resolve(),
                redis=self._redis,
                slug=submission.exercise.slug,
                solution=submission.solution,
                limits=submission.limits,
            )
            ground.launcher.preload(folder, submission.settings)
            self._slots[submission] = Slots(ground)
            self._slots[submission].expect(self._expected[submission])
            self._resources.callback(self._close, self._slots[submission])
        return self._slots[submission]

    def _allowance(self, submission: Submission) -> Allowance:
        if submission not in self._allowances:
            # At a breakpoint a person may sit for an hour.
            seconds = inf if self._options.debug else submission.limits.submission_seconds
            self._allowances[submission] = Allowance(seconds)
        return self._allowances[submission]

    def _folder(self, submission: Submission) -> Path:
        if submission not in self._folders:
            self._folders[submission] = self._copy(submission.folder)
        found = self._folders[submission]
        if isinstance(found, CheckFailed):
            raise found
        return found

    def _copy(self, folder: Path) -> Path | CheckFailed:
        # At a breakpoint a person wants to see, and to change, their own files.
        if self._options.debug:
            return folder.resolve()
        try:
            return copy_submission(folder, self._scratch())
        except CheckFailed as failed:
            return failed

    def _scratch(self) -> Path:
        folder = scratch_folder().resolve()
        self._resources.callback(self._remove, folder)
        return folder

    def _close(self, slots: Slots) -> None:
        self._left += slots.close()

    def _remove(self, folder: Path) -> None:
        if not remove_folder(folder):
            self._left.append(folder)

    @cached_property
    def _launcher(self) -> Launcher:
        launcher = Relauncher(self._start_launcher())
        self._resources.callback(launcher.close)
        return launcher

    @cached_property
    def _server(self) -> database.Server:
        server = database.server(self._options.database)
        self._resources.callback(server.close)
        return server


def world_name(submission: Submission, case: str) -> str:
    """What a world is called; with the run's seed its name decides all that is drawn in it."""
    return f"{submission.exercise.slug}/{case}"
