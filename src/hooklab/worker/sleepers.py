"""Who in an app sleeps for a certain time, and may have work to do when that is over.

No one sees this from outside: a thread that sleeps looks like one that waits for good. So its own
process tells, and whatever it says is worth a little patience and nothing else.
"""

import asyncio
import linecache
import selectors
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import thread as pool
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import Any

LONGEST_SECONDS = 3.0
"""Who sleeps longer is not waited for."""

_MOST_THREADS = 1000

# How each of these says that it waits for good.
_FOR_GOOD: dict[tuple[str, str], Callable[[FrameType], bool]] = {
    (threading.__file__, "wait"): lambda frame: frame.f_locals.get("timeout") is None,
    (pool.__file__, "_worker"): lambda _frame: True,
    (selectors.__file__, "select"): lambda frame: frame.f_locals.get("timeout") in (None, -1),
}


@dataclass(frozen=True)
class Sleepers:
    """Those of one process.

    Attributes:
        threads: those that sleep or may sleep, by the system's numbers.
        seconds: until the last of the tasks that sleep wakes up; 0 when none does.
    """

    threads: frozenset[int] = frozenset()
    seconds: float = 0.0


def tell(loop: asyncio.AbstractEventLoop | None, server: "asyncio.Task[Any] | None") -> Any:
    """Who sleeps in this process, for `read()`.

    Args:
        loop: in which the app runs, if it does.
        server: the task that serves it: its own naps do not count.
    """
    return {"threads": list(_threads()), "seconds": max(_naps(loop, server), default=0.0)}


def read(told: Any) -> Sleepers:
    """What a worker tells, as far as it makes sense."""
    if not isinstance(told, dict):
        return Sleepers()
    threads, seconds = told.get("threads"), told.get("seconds")
    if not isinstance(threads, list) or type(seconds) is not float:
        return Sleepers()
    numbers = frozenset(each for each in threads[:_MOST_THREADS] if type(each) is int)
    # What is no number is not more than 0.
    return Sleepers(numbers, min(seconds, LONGEST_SECONDS) if seconds > 0 else 0.0)


def _threads() -> Iterator[int]:
    frames = sys._current_frames()
    kit = (threading.main_thread(), threading.current_thread())
    for each in threading.enumerate():
        frame = frames.get(each.ident or 0)
        if frame and each.native_id and each not in kit and not _is_for_good(frame):
            yield each.native_id


def _is_for_good(frame: FrameType) -> bool:
    says = _FOR_GOOD.get((frame.f_code.co_filename, frame.f_code.co_name))
    # A call into C has no frame: `jobs.get()` waits for good, `jobs.get(timeout=1)` does not.
    return says(frame) if says else _call(frame).endswith("()")


def _call(frame: FrameType) -> str:
    """The text of the call in which `frame` is, if it stands on one line that can be read."""
    places = islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    line, last, start, end = next(places, (None, None, None, None))
    if line is None or line != last:
        return ""
    return linecache.getline(frame.f_code.co_filename, line).encode()[start:end].decode()


def _naps(
    loop: asyncio.AbstractEventLoop | None, server: "asyncio.Task[Any] | None"
) -> Iterator[float]:
    """In how many seconds each task of the app's own that sleeps wakes up, if that is soon."""
    if loop is None:
        return
    tasks = [each for each in asyncio.all_tasks(loop) if each is not server]
    awaited = {id(future) for task in tasks if (future := getattr(task, "_fut_waiter", None))}
    for timer in list(getattr(loop, "_scheduled", ())):
        # A sleep sets the future that its task awaits; a time-out knows the task.
        wakes = {id(argument) for argument in getattr(timer, "_args", None) or ()}
        owner = getattr(getattr(timer, "_callback", None), "__self__", None)
        if wakes & awaited or getattr(owner, "_task", server) in tasks:
            seconds = timer.when() - loop.time()
            if seconds <= LONGEST_SECONDS:
                yield max(seconds, 0.0)
