"""A launcher that does not end with its process: what kills that costs one check, not the run."""

import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from hooklab.worker.job import Job
from hooklab.worker.launch import Launcher, LauncherGone, Started, start_launcher

Result = TypeVar("Result")


class Relauncher:
    """Passes everything on to a launcher, and to a new one when that has gone.

    Workers of the old one that still live go on; what they do is theirs.

    Args:
        launcher: the first one; whoever made it closes it.
        renew: gives a new one.
    """

    def __init__(self, launcher: Launcher, renew: Callable[[], Launcher] = start_launcher) -> None:
        self._launcher = launcher
        self._renew = renew
        self._own: list[Launcher] = []
        self._preloaded: list[tuple[Path, Path | None]] = []
        self._wanted = 0
        self._started_by: dict[int, Launcher] = {}
        self._lock = threading.Lock()

    def start(self, job: Job, listener: socket.socket) -> Started:
        """Start a worker; LauncherGone when a new launcher goes at once, too."""

        def start(launcher: Launcher) -> Started:
            started = launcher.start(job, listener)
            self._started_by[started.pid] = launcher
            return started

        return self._try(start)

    def preload(self, folder: Path, settings: Path | None = None) -> None:
        """Import early what the submission in `folder` imports, here and in every new launcher."""
        self._try(lambda launcher: launcher.preload(folder, settings))
        self._preloaded.append((folder, settings))

    def draw(self, settings: Path | None, seed: str) -> dict[str, str]:
        """Values for these settings, by the names of their variables."""
        return self._try(lambda launcher: launcher.draw(settings, seed))

    def prepare(self, count: int) -> None:
        """Be ready to start `count` workers at once."""
        self._wanted = count
        self._try(lambda launcher: launcher.prepare(count))

    def end(self, pid: int) -> int:
        """Kill a worker; its exit status, that of a killed one when nobody knows it any more."""
        launcher = self._started_by.pop(pid, self._launcher)
        try:
            return launcher.end(pid)
        except LauncherGone:
            # It was killed all the same: only the answer is missing.
            return -signal.SIGKILL

    def forget(self, pid: int) -> None:
        """Kill a worker and do not wait."""
        launcher = self._started_by.pop(pid, self._launcher)
        try:
            launcher.forget(pid)
        except LauncherGone:
            # Nobody else will.
            with suppress(LauncherGone):
                launcher.end(pid)

    def strays(self) -> set[int]:
        """What answers have left behind."""
        return self._launcher.strays().union(*(each.strays() for each in self._own))

    def close(self) -> None:
        """End what was started here: not the first launcher."""
        for launcher in self._own:
            launcher.close()

    def _try(self, work: Callable[[Launcher], Result]) -> Result:
        launcher = self._launcher
        try:
            return work(launcher)
        except LauncherGone:
            return work(self._instead_of(launcher))

    def _instead_of(self, gone: Launcher) -> Launcher:
        with self._lock:
            # Another check may have noticed first.
            if self._launcher is gone:
                fresh = self._renew()
                self._own.append(fresh)
                for folder, settings in self._preloaded:
                    fresh.preload(folder, settings)
                if self._wanted:
                    fresh.prepare(self._wanted)
                self._launcher = fresh
            return self._launcher
