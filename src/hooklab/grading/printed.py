"""What the app printed, made short enough to read: tracebacks keep the learner's own lines."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby

from hooklab.texts import _, plural

FIRST_LINES = 8
LAST_LINES = 24
LONGEST_LINE = 1000

# Of so many lines that are alike only the first and the last are told.
MANY_ALIKE = 4

_FRAME = re.compile(r'^\s+(?:[|+]\s*)*File "(?P<file>[^"]+)", line \d+')
_TRACEBACK = re.compile(r"(?:^|[ |+])Traceback \(most recent call last\):$")
_CHAINED = re.compile(r"\n(?:During handling|The above exception) [^\n]*\n\n[ |+]*Traceback ")
# Ids, times, long numbers: words with a digit, but neither a status nor the number of a TODO.
_CHANGING = re.compile(r"\d+\.\d+|\b(?=\w*\d)\w{4,}\b")
_LIBRARY = (
    "site-packages",
    "dist-packages",
    "/lib/python",
    "\\lib\\",
    "<frozen",
    "<sqlalchemy",
    "hooklab/worker",
)


def _unnamed(_traceback: str) -> str:
    return ""


def shorten(text: str, told: str = "", name: Callable[[str], str] = _unnamed) -> str:
    """`text` without the stack frames of libraries, and without the middle of a flood.

    A traceback is told once; of many lines that differ in ids and times alone, the first and last.

    Args:
        told: what the message says already: its tracebacks are not told again.
        name: gives the one line that says the same as a traceback; "" when there is none.
    """
    lines = _counted(_told_once(without_library_frames(text.splitlines()), told, name))
    lines = list(_first_and_last(lines))
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if left_out > 0:
        note = plural("[… {count} line left out …]", "[… {count} lines left out …]", left_out)
        lines = [*lines[:FIRST_LINES], note, *lines[-LAST_LINES:]]
    return "\n".join(map(_cut, lines))


def _told_once(lines: list[str], told: str, name: Callable[[str], str]) -> list[str]:
    """`lines` with each traceback where it comes first, or with what is said instead of it."""
    kept: list[str] = []
    seen: set[str] = set()
    for block in _blocks(lines):
        text = "\n".join(block)
        if not _TRACEBACK.search(block[0]):
            kept += block
        elif text in seen or text in told:
            kept.append(_("[… the same traceback …]"))
        else:
            seen.add(text)
            kept += [said] if (said := name(text)) else block
    return kept


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Tracebacks, each with those that it followed from; and all other lines, one by one."""
    position = 0
    while position < len(lines):
        end = position + 1
        if _TRACEBACK.search(lines[position]):
            end = _end_of_traceback(lines, position)
        yield lines[position:end]
        position = end


def _end_of_traceback(lines: list[str], start: int) -> int:
    end = start
    while True:
        end += 1
        while end < len(lines) and lines[end].startswith((" ", "+")):
            end += 1
        # The exception itself, then perhaps a blank line, “During handling …” and the next.
        end = min(end + 1, len(lines))
        if not _CHAINED.match("\n".join(lines[end : end + 4])):
            return end
        end += 3


def _first_and_last(lines: list[str]) -> Iterator[str]:
    keys = [_CHANGING.sub("#", line) for line in lines]
    counts, met = Counter(keys), Counter[str]()
    for line, key in zip(lines, keys, strict=True):
        met[key] += 1
        many = counts[key] >= MANY_ALIKE and bool(line.strip())
        if not many or met[key] in (1, counts[key]):
            yield line
        if many and met[key] == 1:
            between = counts[key] - 2
            yield plural("[… {count} line like this …]", "[… {count} lines like this …]", between)


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} […]"


def _counted(lines: list[str]) -> list[str]:
    """`lines` with the same line said again and again told once."""
    runs = [(line, len(list(run))) for line, run in groupby(lines)]
    return [f"{line} (x{count})" if count > 1 and line else line for line, count in runs]


def without_library_frames(lines: list[str]) -> list[str]:
    """`lines` of a traceback with the learner's own frames alone; other lines stay."""
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
