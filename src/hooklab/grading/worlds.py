"""The worlds of a run's cases: who prepares them, and how they are all given back."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from shutil import rmtree

from hooklab.errors import HooklabError
from hooklab.grading import database
from hooklab.grading.cases import Case, Submission
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options
from hooklab.grading.redis import RedisServers
from hooklab.grading.slot import Ground, Slots
from hooklab.scratch import scratch_folder
from hooklab.worker.launch import Launcher
from hooklab.worker.lines import read_lines

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
        self._slots: dict[Submission, Slots] = {}
        self._open: set[Lab] = set()
        self._redis: RedisServers | None = None
        self._lock = threading.Lock()

    def get_ready(self, submission: Submission) -> None:
        """Start the first apps of a submission, if it has one, while its checks are still read."""
        if self._options.debug or not (submission.folder / "app.py").is_file():
            return

        def start() -> None:
            # What is wrong now is wrong later too, and told then.
            with suppress(HooklabError), self._lock:
                self._slots_for(submission).get_ready()

        self._early = threading.Thread(target=start)
        self._early.start()

    def expect(self, worlds: Counter[Submission]) -> None:
        """Tell how many worlds will be asked for, by submission."""
        with self._lock:
            self._expected = worlds
            for submission, slots in self._slots.items():
                slots.expect(worlds[submission])

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
            if self._noted:
                self._noted(case.check.id, read_lines(slot.lines))
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

    def _slots_for(self, submission: Submission) -> Slots:
        if submission not in self._slots:
            compiled = scratch_folder()
            self._resources.callback(rmtree, compiled, ignore_errors=True)
            ground = Ground(
                submission=submission.folder,
                compiled=compiled,
                launcher=self._launcher,
                server=self._server,
                seed=self._options.seed,
                settings=submission.settings,
                lines=self._noted is not None,
                debug=self._options.debug,
                redis=self._redis,
            )
            ground.launcher.preload(submission.folder.resolve(), submission.settings)
            self._slots[submission] = Slots(ground)
            self._slots[submission].expect(self._expected[submission])
            self._resources.callback(self._slots[submission].close)
        return self._slots[submission]

    @cached_property
    def _launcher(self) -> Launcher:
        return self._start_launcher()

    @cached_property
    def _server(self) -> database.Server:
        server = database.server(self._options.database)
        self._resources.callback(server.close)
        return server
