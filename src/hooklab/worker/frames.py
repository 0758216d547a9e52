"""Where an app stands that does not answer: written down by its own process, for advice alone.

The threads are noted by a handler in C, whatever loops or waits; the tasks that asyncio has put
aside are in no thread, and are noted by the kit's own. All in the format of `faulthandler`.
"""

import asyncio
import faulthandler
import os
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType
from typing import Any

from hooklab.worker.job import ASK_FOR_FRAMES, END_OF_FRAMES

DEEPEST = 200


class Frames:
    """Notes where this process stands.

    Args:
        path: the file to write to, which exists; None for nowhere.
    """

    def __init__(self, path: str | None) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND) if path else -1
        if path and ASK_FOR_FRAMES:
            faulthandler.register(ASK_FOR_FRAMES, file=self._file)

    def note_tasks(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Note where the tasks of `loop` wait, the innermost frame first, and that this is all."""
        tasks = asyncio.all_tasks(loop) if loop else set()
        frames = [frame for task in tasks for frame in reversed(list(_frames(task.get_coro())))]
        lines = [
            f'  File "{each.f_code.co_filename}", line {each.f_lineno} in {each.f_code.co_name}\n'
            for each in frames
        ]
        with suppress(OSError):
            os.write(self._file, "".join([*lines, END_OF_FRAMES]).encode("utf-8", "replace"))


def _frames(waiting: Any) -> Iterator[FrameType]:
    """The frames of a coroutine, and of those that it awaits."""
    for _number in range(DEEPEST):
        kind = next((each for each in ("cr", "ag", "gi") if hasattr(waiting, f"{each}_frame")), "")
        if not kind:
            return
        if frame := getattr(waiting, f"{kind}_frame"):
            yield frame
        waiting = getattr(waiting, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
