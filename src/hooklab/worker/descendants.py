"""Ending all that a process has started, and all that these started, until none is left. Linux.

A process that sees others die could start new ones meanwhile. So all are stopped first, until no
new one appears, and killed then: a stopped process starts nothing.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

SECONDS = 5.0


def children(pid: int) -> set[int]:
    """The processes that `pid` has started, or adopted, as far as the system tells."""
    found: set[int] = set()
    # Each thread has its own.
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found.update(map(int, (thread / "children").read_text().split()))
    return found


def family(heads: Iterable[int]) -> Iterator[int]:
    """These processes and all that descend from them, each once.

    Who is told of one may do something to it before its children are looked up.
    """
    found: set[int] = set()
    left = list(heads)
    while left:
        pid = left.pop()
        if pid not in found:
            found.add(pid)
            yield pid
            left.extend(children(pid))


def is_stopped(pid: int) -> bool:
    """Whether somebody has stopped the process `pid`, as SIGSTOP does, as far as the system tells.

    See the field `state` in proc_pid_stat(5).
    """
    try:
        return stat_words(Path(f"/proc/{pid}"))[0] == "T"
    except OSError:
        return False


def stat_words(process: Path) -> list[str]:
    """What stands after the name in `process/stat`, from its state on: see proc_pid_stat(5)."""
    # A name may hold anything, brackets too.
    return (process / "stat").read_text("ascii", "replace").rpartition(")")[2].split()


def end_all(heads: Callable[[], set[int]]) -> None:
    """Kill the families of `heads()` until it names nobody any more, for `SECONDS` at most.

    Args:
        heads: children of this process; what they leave behind must become its children too, see
            PR_SET_CHILD_SUBREAPER in prctl(2). Those that have ended are waited for here.
    """
    deadline = time.monotonic() + SECONDS
    while (pids := heads()) and time.monotonic() < deadline:
        kill_families(pids, deadline)
        for pid in pids:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def kill_families(heads: Iterable[int], deadline: float) -> None:
    """Kill these processes and all that descend from them.

    Args:
        deadline: when to be content with those that were found, on the monotonic clock.
    """
    stopped: set[int] = set()
    while (found := stop(heads)) - stopped:
        stopped |= found
        if time.monotonic() > deadline:
            break
    for pid in stopped:
        _signal(pid, signal.SIGKILL)


def stop(heads: Iterable[int]) -> set[int]:
    """Stop these and their descendants; all of them. Who stands still reaps nobody, so that the
    number of a child stays its own until it is signalled.
    """
    found: set[int] = set()
    for pid in family(heads):
        found.add(pid)
        _signal(pid, signal.SIGSTOP)
    return found


def resume(pids: Iterable[int]) -> None:
    """Let those that `stop` returned go on."""
    for pid in pids:
        _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
