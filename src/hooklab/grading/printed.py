"""What the app printed, made short enough to read: tracebacks keep the learner's own lines."""

import re
from itertools import groupby

from hooklab.texts import plural

FIRST_LINES = 8
LAST_LINES = 24
LONGEST_LINE = 1000

_FRAME = re.compile(r'^\s+(?:[|+]\s*)*File "(?P<file>[^"]+)", line \d+')
_LIBRARY = (
    "site-packages",
    "dist-packages",
    "/lib/python",
    "\\lib\\",
    "<frozen",
    "<sqlalchemy",
    "hooklab/worker",
)


def shorten(text: str) -> str:
    """`text` without the stack frames of libraries, and without the middle of a flood."""
    lines = _counted(_without_library_frames(text.splitlines()))
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if left_out > 0:
        note = plural("[… {count} line left out …]", "[… {count} lines left out …]", left_out)
        lines = [*lines[:FIRST_LINES], note, *lines[-LAST_LINES:]]
    return "\n".join(map(_cut, lines))


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} […]"


def _counted(lines: list[str]) -> list[str]:
    """`lines` with the same line said again and again told once."""
    runs = [(line, len(list(run))) for line, run in groupby(lines)]
    return [f"{line} (x{count})" if count > 1 and line else line for line, count in runs]


def _without_library_frames(lines: list[str]) -> list[str]:
    kept: list[str] = []
    skipping = False
    for line in lines:
        frame = _FRAME.match(line)
        if frame:
            skipping = any(mark in frame["file"] for mark in _LIBRARY)
        elif skipping and not _belongs_to_frame(line):
            skipping = False
        if not skipping:
            kept.append(line)
    return kept


def _belongs_to_frame(line: str) -> bool:
    """Whether `line` is the source, or the marks below it, that follow a frame's first line."""
    return line.startswith("    ")
