"""Which lines of an answer run: noted in the learner's process, for the authors' gate.

Written down at once, one line each time one runs first: a check may kill the app at any moment.
"""

import os
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any


def note_lines(folder: Path, into: Path) -> None:
    """Note in the file `into`, which exists, from now on, the lines of those in `folder` that run.

    Each is written as `file:number`. Several processes may write into the same file.
    """
    descriptor = os.open(into, os.O_WRONLY | os.O_APPEND)
    home = f"{folder}{os.sep}"
    noted: set[tuple[str, int]] = set()

    def on_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return on_line if frame.f_code.co_filename.startswith(home) else None

    def on_line(frame: FrameType, event: str, _argument: Any) -> Any:
        place = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and place not in noted:
            noted.add(place)
            name = Path(place[0]).relative_to(folder).as_posix()
            os.write(descriptor, f"{name}:{place[1]}\n".encode())
        return on_line

    threading.settrace(on_call)
    sys.settrace(on_call)


def read_lines(noted: str) -> dict[str, set[int]]:
    """The lines that `noted` tells of, by file; what is no such line is left out."""
    lines: dict[str, set[int]] = {}
    for entry in noted.splitlines():
        name, _colon, number = entry.rpartition(":")
        if number.isascii() and number.isdigit() and len(number) < 10:
            lines.setdefault(name, set()).add(int(number))
    return lines
