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
    """Note in the file `into`, from now on, the lines of the files in `folder` that run.

    Each is written as `file:number`. Several processes may write into the same file.
    """
    descriptor = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
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


def read_lines(path: Path) -> dict[str, set[int]]:
    """The lines that were noted in `path`, by file."""
    lines: dict[str, set[int]] = {}
    for entry in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        name, _colon, number = entry.rpartition(":")
        lines.setdefault(name, set()).add(int(number))
    return lines
