"""What workers have had of the processors, and how long they waited for one. Linux.

Read from outside, from /proc.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from hooklab.deadline import Usage
from hooklab.worker.descendants import family
from hooklab.worker.proc import read, schedstat, stat_words, tasks

# An answer that starts more than anybody needs does not keep its reader busy.
MOST_PROCESSES = 300

_NANOSECONDS = 1e9
# Of the words after a process' name in its `stat`: its own time in user and in kernel mode, and
# that of the children which it has waited for.
_TIMES = slice(11, 15)


def read_usage(workers: Iterable[int], strays: Iterable[int] = ()) -> Usage | None:
    """What these processes, and all that descend from them, have had; None where nobody tells.

    Args:
        workers: what is waited for. It may wait for the trusted side in its turn, a service for
            example: so the waits of this process count with theirs.
        strays: others that must not slow them down unpunished: only what they used counts.
    """
    if not _is_told():
        return None
    own = set(islice(family(workers), MOST_PROCESSES))
    others = set(islice(family(strays), MOST_PROCESSES))
    return Usage(
        used={pid: used_seconds(pid) for pid in own | others},
        waited={task: waited for pid in {*own, os.getpid()} for task, waited in _waited(pid)},
        is_ready=any(map(_is_ready, own)),
    )


def used_seconds(pid: int) -> float:
    """The processor time of `pid`, with that of the children which it has waited for."""
    with suppress(OSError, ValueError):
        return sum(map(int, stat_words(str(pid))[_TIMES])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _is_told() -> bool:
    try:
        return bool(read("self/schedstat"))
    except OSError:
        return False


def _is_ready(pid: int) -> bool:
    """Whether a task of `pid` runs or stands in the queue: state R in proc_pid_stat(5)."""
    with suppress(OSError):
        for task in tasks(pid):
            with suppress(OSError, IndexError):
                if stat_words(f"{pid}/task/{task}")[0] == "R":
                    return True
    return False


def _waited(pid: int) -> Iterator[tuple[int, float]]:
    with suppress(OSError):
        for task in tasks(pid):
            with suppress(OSError, ValueError):
                yield task, schedstat(pid, task)[1] / _NANOSECONDS
