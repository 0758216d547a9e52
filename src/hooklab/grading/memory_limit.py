"""How much memory all processes of an app may hold together. Linux.

The system bounds the addresses of one process, and no more: of several it would take an
administrator.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice

from hooklab.grading.failure import CheckFailed
from hooklab.texts import _
from hooklab.worker.descendants import family
from hooklab.worker.proc import read

# An app that starts more than anybody needs does not keep its reader busy.
MOST_PROCESSES = 600
# Of the looks that are taken, in one of so many.
LOOKS_A_QUESTION = 3
# A closer look may take a tenth of the time, and comes again after so many seconds at the latest.
SHARE = 0.1
LATEST_SECONDS = 2.0

_PAGE_KIB = 4


class MemoryLimit:
    """Looks at what the processes of an app hold.

    Args:
        mib: what they may hold.
        apps: their process ids; what these have started counts with them.
    """

    def __init__(self, mib: int, apps: Callable[[], Iterable[int]]) -> None:
        self._mib = mib
        self._apps = apps
        self._looks = 0
        self._is_over = False
        self._next = 0.0

    def is_over(self) -> bool:
        """Whether they held too much at any look."""
        self._looks += 1
        if not self._is_over and self._looks % LOOKS_A_QUESTION == 0:
            pids = list(islice(family(self._apps()), MOST_PROCESSES))
            # What a process shares with the one that forked it counts for each of them here, which
            # is quickly read; so it is looked at again more closely.
            if sum(map(_private_or_forked, pids)) > self._mib << 10:
                self._look_closely(pids)
        return self._is_over

    def _look_closely(self, pids: Iterable[int]) -> None:
        began = time.monotonic()
        if began < self._next:
            return
        self._is_over = sum(map(_proportional, pids)) > self._mib << 10
        took = time.monotonic() - began
        self._next = began + took + min(took / SHARE, LATEST_SECONDS)

    def require_kept(self) -> None:
        """Fail the check when they held too much: they were ended for it."""
        if self._is_over:
            raise CheckFailed(
                _("an app whose processes hold at most {size} MiB together").format(size=self._mib),
                _("they held more, and were ended"),
            )


def _private_or_forked(pid: int) -> int:
    """Its memory in KiB, without that of files; see `statm` in proc(5)."""
    with suppress(OSError, ValueError, IndexError):
        words = read(f"{pid}/statm").split()
        return (int(words[1]) - int(words[2])) * _PAGE_KIB
    return 0


def _proportional(pid: int) -> int:
    """Its memory in KiB, what it shares divided by those who share it; see proc(5)."""
    with suppress(OSError, ValueError, IndexError):
        for line in read(f"{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
