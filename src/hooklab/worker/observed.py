"""What the system says of a process and of those that it started: none of it is their own word.

Linux only. Elsewhere nothing is known of them: they seem to rest, and to cost nothing.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from hooklab.worker.descendants import family, stat_words
from hooklab.worker.processor import used_seconds

KNOWN = Path("/proc/self/schedstat").exists()
"""Whether this system says it."""

# A server that has nothing to do wakes up ten times a second, for a tenth of this.
REST_NANOSECONDS = 500_000
_LOOK_SECONDS = 0.01
_QUIET_LOOKS = 2


def cpu_seconds(pid: int) -> float:
    """The same as `cpu_nanoseconds` with threads and children that have ended, in hundredths."""
    return sum(map(used_seconds, family([pid]))) if KNOWN else 0.0


def peak_bytes(pid: int) -> int:
    """The most memory that `pid` has had so far, and each of its descendants."""
    total = 0
    for one in family([pid]):
        with suppress(OSError, ValueError, IndexError):
            status = Path(f"/proc/{one}/status").read_text()
            total += int(status.partition("VmHWM:")[2].split()[0]) * 1024
    return total


def cpu_nanoseconds(pid: int) -> int:
    """The processor time that `pid` and its descendants have used, as far as their threads live."""
    return sum(_threads(pid, _used))


def is_running(pid: int) -> bool:
    """Whether a thread of `pid`, or of its descendants, runs, may run or waits for the disk."""
    return any(_threads(pid, _is_awake))


def wait_for_rest(pids: Iterable[int], seconds: float) -> bool:
    """Wait until these and their descendants stand still; False when they go on for `seconds`.

    Who stands still waits for something: a lock, an answer, a certain time, or to be let go.
    """
    watched = list(pids)
    deadline = time.monotonic() + seconds
    quiet, used = 0, sum(map(cpu_nanoseconds, watched))
    while quiet < _QUIET_LOOKS:
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
        before, used = used, sum(map(cpu_nanoseconds, watched))
        rests = used - before < REST_NANOSECONDS and not any(map(is_running, watched))
        quiet = quiet + 1 if rests else 0
    return True


def _threads(pid: int, look: Callable[[Path], int]) -> Iterable[int]:
    for one in family([pid]):
        with suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                # It may have ended meanwhile.
                with suppress(OSError, ValueError, IndexError):
                    yield look(thread)


def _used(thread: Path) -> int:
    # Time spent on the processor, time spent waiting for it, number of time slices.
    return int((thread / "schedstat").read_text().split()[0])


def _is_awake(thread: Path) -> bool:
    return stat_words(thread)[0] in ("R", "D")
