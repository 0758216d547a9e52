"""Ending all that a process has started, and all that these started, until none is left. Linux.

A process that sees others die could start new ones meanwhile. So all are stopped first, until no
new one appears, and killed then: a stopped process starts nothing.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from hooklab.worker.proc import children, stat_words

SECONDS = 5.0


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
        return stat_words(str(pid))[0] == "T"
    except (OSError, IndexError):
        return False


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
    heads = list(heads)
    stopped = freeze(heads, deadline)
    for pid in filter(_leads_a_group, heads):
        _signal_group(pid, signal.SIGKILL)
    for pid in stopped:
        _signal(pid, signal.SIGKILL)


def freeze(heads: Iterable[int], deadline: float) -> set[int]:
    """Stop these processes and all that descend from them, until no new one appears; all of them.

    Args:
        deadline: as for `kill_families`.
    """
    heads = list(heads)
    # Nearly all are in the group of the first, and stand still at once: hundreds that go on would
    # leave little of the processors for looking them up one by one.
    for pid in filter(_leads_a_group, heads):
        _signal_group(pid, signal.SIGSTOP)
    stopped: set[int] = set()
    while (found := stop(heads)) - stopped:
        stopped |= found
        if time.monotonic() > deadline:
            break
    return stopped


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


def _leads_a_group(pid: int) -> bool:
    """Whether `pid` leads a group of processes, which is not this one's."""
    try:
        return os.getpgid(pid) == pid != os.getpgrp()
    except OSError:
        return False


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
