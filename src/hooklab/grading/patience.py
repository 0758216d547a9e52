"""Waiting for what may never come back."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from hooklab.deadline import Deadline
from hooklab.worker.processor import read_usage

Result = TypeVar("Result")


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """What `work` returns or raises, in a thread of its own; TimeoutError after `seconds`.

    MachineTooSlow when this process had so little of the processor that nobody can tell.

    A system call that waits for ever cannot be ended from here: its thread is left alone, and the
    end of the process does not wait for it.
    """
    deadline = Deadline(seconds, lambda: read_usage([]))
    done: Future[Result] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    while not done.done() and (left := deadline.left()):
        wait([done], left)
    return done.result(timeout=0)
