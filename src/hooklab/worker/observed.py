"""What the system says of a process and of those that it started: none of it is their own word.

Linux only. Elsewhere nothing is known of them: they seem to rest, and to cost nothing.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from hooklab.worker.descendants import family
from hooklab.worker.proc import read, schedstat, stat_words, tasks
from hooklab.worker.processor import used_seconds

KNOWN = Path("/proc/self/schedstat").exists()
"""Whether this system says it."""

# The first thread of a server that has nothing to do wakes up so often, and uses this at most:
# on a busy machine a look takes longer than it sleeps.
_TICK_SECONDS = 0.1
_TICK_NANOSECONDS = 150_000

Seen = TypeVar("Seen")

Marks = dict[int, int]
"""The processor time of each thread, in nanoseconds: whoever runs changes it."""


def cpu_seconds(pid: int) -> float:
    """The same as `cpu_nanoseconds` with threads and children that have ended, in hundredths."""
    return sum(map(used_seconds, family([pid]))) if KNOWN else 0.0


def peak_bytes(pid: int) -> int:
    """The most memory that `pid` has had so far, and each of its descendants."""
    total = 0
    for one in family([pid]):
        with suppress(OSError, ValueError, IndexError):
            status = read(f"{one}/status")
            total += int(status.partition("VmHWM:")[2].split()[0]) * 1024
    return total


def cpu_nanoseconds(pid: int) -> int:
    """The processor time that `pid` and its descendants have used, as far as their threads live."""
    return sum(_threads(pid, _used))


def marks(pids: Iterable[int]) -> Marks:
    """What these and their descendants have used so far: while it stays, none of them runs."""
    return {
        number: used
        for pid in pids
        for number, used in _threads(pid, lambda one, task: (task, _used(one, task)))
    }


def unmoved(threads: Iterable[int], before: Marks) -> set[int]:
    """Those of `threads` that have used nothing since `before`, and are still there."""
    found = set()
    for thread in threads:
        with suppress(OSError, ValueError, IndexError):
            if _used(thread, thread) == before[thread]:
                found.add(thread)
    return found


def still(pids: Iterable[int], meanwhile: Callable[[], bool]) -> Marks | None:
    """What these and their descendants have used, if none of them runs while `meanwhile()` says
    that nobody works for them; otherwise None.

    Who stands still waits for something: a lock, an answer, a certain time, or to be let go.
    """
    watched = list(pids)
    begun, before = time.monotonic(), marks(watched)
    if _is_anyone_awake(watched) or not meanwhile():
        return None
    # In this order: whoever is woken after the first look runs now, or has used something since.
    if _is_anyone_awake(watched):
        return None
    after = marks(watched)
    ticks = (1 + (time.monotonic() - begun) / _TICK_SECONDS) * _TICK_NANOSECONDS
    allowed = {pid: used + ticks for pid, used in before.items() if pid in watched}
    return after if _is_same(before, after, allowed) else None


def awake(pids: Iterable[int]) -> set[int]:
    """The threads of these and of their descendants that run, or wait for a processor or a disk."""
    return {
        number
        for pid in pids
        for number, is_awake in _threads(pid, lambda one, task: (task, _is_awake(one, task)))
        if is_awake
    }


def _is_anyone_awake(pids: list[int]) -> bool:
    return any(any(_threads(pid, _is_awake)) for pid in pids)


def _is_same(before: Marks, after: Marks, allowed: dict[int, float]) -> bool:
    """Whether no thread has used more than is `allowed`, in most cases nothing."""
    return before.keys() == after.keys() and all(
        used <= allowed.get(thread, before[thread]) for thread, used in after.items()
    )


def _threads(pid: int, look: Callable[[int, int], Seen]) -> Iterable[Seen]:
    """What `look(process, thread)` sees of each thread of `pid` and of its descendants."""
    for one in family([pid]):
        with suppress(OSError):
            for task in tasks(one):
                # It may have ended meanwhile.
                with suppress(OSError, ValueError, IndexError):
                    yield look(one, task)


def _used(pid: int, task: int) -> int:
    return schedstat(pid, task)[0]


def _is_awake(pid: int, task: int) -> bool:
    return stat_words(f"{pid}/task/{task}")[0] in ("R", "D")
