"""What happens while `hooklab watch` waits: a save, a key, a window that changes."""

import _thread
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType

REDRAW = ""
"""No key: the screen is to be drawn again."""


class Events:
    """What happens outside: exercises that are saved, and keys that are pressed."""

    def __init__(self) -> None:
        # A signal's handler may put something in while the same thread takes something out.
        self._queue: SimpleQueue[list[str] | str] = SimpleQueue()

    def saved(self, slugs: list[str]) -> None:
        """Tell that these were saved."""
        self._queue.put(slugs)

    def pressed(self, key: str) -> None:
        """Tell that this key was pressed; q is Ctrl-C, so that it ends a grading too."""
        if key != "q":
            self._queue.put(key)
        elif sys.platform == "win32":
            _thread.interrupt_main()
        else:
            os.kill(os.getpid(), signal.SIGINT)

    @contextmanager
    def redraws(self) -> Iterator[None]:
        """Inside the block, the screen is drawn again when the terminal gets another size, or when
        a person comes back to it.
        """
        numbers = [getattr(signal, name, None) for name in ("SIGWINCH", "SIGCONT")]
        before = {number: signal.getsignal(number) for number in numbers if number is not None}

        def redraw(number: int, frame: FrameType | None) -> None:
            if callable(known := before[signal.Signals(number)]):
                known(number, frame)
            self._queue.put(REDRAW)

        for number in before:
            signal.signal(number, redraw)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def next(self) -> list[str] | str:
        """What comes next: exercises or a key. Everything that was saved by then comes at once."""
        found = self._wait()
        if isinstance(found, str):
            return found
        waiting: list[list[str] | str] = [found]
        with suppress(Empty):
            while True:
                waiting.append(self._queue.get_nowait())
        for key in waiting:
            if isinstance(key, str):
                self._queue.put(key)
        return list(
            dict.fromkeys(slug for each in waiting if isinstance(each, list) for slug in each)
        )

    def _wait(self) -> list[str] | str:
        # Without an end to the wait, Windows would not let Ctrl-C through.
        while True:
            with suppress(Empty):
                return self._queue.get(timeout=1)
