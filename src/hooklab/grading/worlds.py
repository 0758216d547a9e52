"""The worlds of a run's cases: who prepares them, and how they are all given back."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path

from hooklab.errors import HooklabError
from hooklab.grading import database
from hooklab.grading.answers import Answers
from hooklab.grading.cases import Case, Submission
from hooklab.grading.failure import CheckFailed
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options
from hooklab.grading.private_copy import copy_submission
from hooklab.grading.redis import RedisServers
from hooklab.grading.relauncher import Relauncher
from hooklab.grading.slot import Ground, Slots
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.texts import _
from hooklab.worker.launch import Launcher
from hooklab.worker.lines import read_lines

# Without a handler, Python writes a warning to standard error.
_LOG = logging.getLogger("hooklab")

# Each line of an answer is noted once by each of its processes.
LINES_BYTES = 16 * 1024 * 1024

Noted = Callable[[str, dict[str, set[int]]], None]


class Worlds:
    """Opens a fresh world for each case; what the cases of a submission share is kept here.

    Args:
        options: how to grade.
        start_launcher: gives the launcher of the apps, when the first one is to start; whoever
            made the launcher closes it.
        noted: called after each case with the id of its check and with the lines of the submission
            that ran; None when nobody asks.
    """

    def __init__(
        self,
        options: Options,
        start_launcher: Callable[[], Launcher],
        noted: Noted | None = None,
    ) -> None:
        self._expected: Counter[Submission] = Counter()
        self._early: threading.Thread | None = None
        self._options = options
        self._start_launcher = start_launcher
        self._noted = noted
        self._resources = ExitStack()
        self._folders: dict[Submission, Path | CheckFailed] = {}
        self._slots: dict[Submission, Slots] = {}
        self._left: list[Path] = []
        self._open: set[Lab] = set()
        self._redis: RedisServers | None = None
        self._lock = threading.Lock()

    def get_ready(self, submission: Submission) -> None:
        """Start the first apps of a submission, if it has one, while its checks are still read."""
        if self._options.debug or not (submission.folder / "app.py").is_file():
            return

        def start() -> None:
            # What is wrong now is wrong later too, and told then.
            with suppress(HooklabError, CheckFailed), self._lock:
                self._slots_for(submission).get_ready()

        self._early = threading.Thread(target=start)
        self._early.start()

    def expect(self, worlds: Counter[Submission]) -> None:
        """Tell how many worlds will be asked for, by submission."""
        with self._lock:
            self._expected = worlds
            for submission, slots in self._slots.items():
                slots.expect(worlds[submission])

    def answers(self, submission: Submission) -> Answers:
        """The written answers of a submission; CheckFailed when it cannot be copied."""
        with self._lock:
            return Answers(self._folder(submission), submission.folder)

    @contextmanager
    def open(self, case: Case) -> Iterator[Lab]:
        """The world of one case; may be called by any thread."""
        with self._lock:
            slots = self._slots_for(case.submission)
        slot = slots.take()
        lab = Lab(slot, f"{case.slug}/{case.name}")
        self._open.add(lab)
        try:
            yield lab
        finally:
            self._open.discard(lab)
            lab.close()
            if self._noted and slot.lines:
                self._noted(case.check.id, read_lines(slot.lines.text(LINES_BYTES)))
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
            )
            ground.launcher.preload(folder, submission.settings)
            self._slots[submission] = Slots(ground)
            self._slots[submission].expect(self._expected[submission])
            self._resources.callback(self._close, self._slots[submission])
        return self._slots[submission]

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
