"""The worlds of a run's checks: who prepares them, and how they are all given back."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import rmtree

import pytest

from hooklab.catalogue import own_settings
from hooklab.errors import HooklabError
from hooklab.grading import database
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options
from hooklab.grading.redis import RedisServers
from hooklab.grading.slot import Ground, Slots, make_folder
from hooklab.worker.launch import Launcher


class Worlds:
    """Opens a fresh world for each check; what the checks of an exercise share is kept here.

    Args:
        options: how to grade.
        launcher: makes the launcher of the apps when the first check needs it.
        submission: the folder that is graded for an exercise, by the folder of its grader.
    """

    def __init__(
        self,
        options: Options,
        launcher: Callable[[], Launcher],
        submission: Callable[[Path], Path],
    ) -> None:
        self._expected: Counter[Path] = Counter()
        self._early: threading.Thread | None = None
        self._options = options
        self._launcher = launcher
        self._submission = submission
        self._resources = ExitStack()
        self._slots: dict[Path, Slots] = {}
        self._server: database.Server | None = None
        self._redis: RedisServers | None = None
        self._lock = threading.Lock()

    def get_ready(self, folder: Path) -> None:
        """Start the first worlds of a grader, while its checks are still being read."""

        def start() -> None:
            # What is wrong now is wrong later too, and told then.
            with suppress(HooklabError), self._lock:
                self._slots_for(folder).get_ready()

        self._early = threading.Thread(target=start)
        self._early.start()

    def expect(self, checks: Counter[Path]) -> None:
        """Tell how many checks will ask for a world, by the folder of their grader."""
        with self._lock:
            self._expected = checks
            for folder, slots in self._slots.items():
                slots.expect(checks[folder])

    @contextmanager
    def open(self, item: pytest.Item) -> Iterator[Lab]:
        """The world of one check; may be called by any thread."""
        folder = item.path.parent
        with self._lock:
            slots = self._slots_for(folder)
        slot = slots.take()
        lab = Lab(slot, f"{folder.name}/{item.name}")
        try:
            yield lab
        finally:
            lab.close()
            slots.discard(slot)

    def claim_redis(self) -> None:
        """Take databases of the real Redis server, if there is to be one; HooklabError if not."""
        if self._options.redis and self._redis is None:
            self._redis = RedisServers(self._options.redis)
            self._resources.callback(self._redis.close)

    def close(self) -> None:
        """Give everything back."""
        if self._early:
            self._early.join()
        self._resources.close()

    def _slots_for(self, folder: Path) -> Slots:
        if folder not in self._slots:
            compiled = make_folder()
            self._resources.callback(rmtree, compiled, ignore_errors=True)
            ground = Ground(
                submission=self._submission(folder),
                compiled=compiled,
                launcher=self._launcher(),
                server=self._database_server(),
                seed=self._options.seed,
                settings=own_settings(folder),
                debug=self._options.debug,
                redis=self._redis,
            )
            ground.launcher.preload(ground.submission.resolve(), ground.settings)
            self._slots[folder] = Slots(ground)
            self._slots[folder].expect(self._expected[folder])
            self._resources.callback(self._slots[folder].close)
        return self._slots[folder]

    def _database_server(self) -> database.Server:
        if self._server is None:
            self._server = database.server(self._options.database)
            self._resources.callback(self._server.close)
        return self._server
