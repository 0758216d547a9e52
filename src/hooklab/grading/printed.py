"""What the app printed, made short enough to read: tracebacks keep the learner's own lines."""

import re

from hooklab.texts import plural

MOST_LINES = 60

_FRAME = re.compile(r'^\s+(?:[|+]\s*)*File "(?P<file>[^"]+)", line \d+')
_LIBRARY = ("site-packages", "dist-packages", "/lib/python", "\\lib\\", "<frozen", "hooklab/worker")


def shorten(text: str) -> str:
    """`text` without the stack frames of libraries, and without the middle of a flood."""
    lines = _without_library_frames(text.splitlines())
    if len(lines) > MOST_LINES:
        half = MOST_LINES // 2
        left_out = len(lines) - 2 * half
        note = plural("[… {count} line left out …]", "[… {count} lines left out …]", left_out)
        lines = [*lines[:half], note, *lines[-half:]]
    return "\n".join(lines)


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
