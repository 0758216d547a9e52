"""What a check did and saw, line by line, for the learner who has to understand its failure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

LONGEST = 2000


@dataclass
class _Line:
    at: datetime
    text: str
    count: int = 1


class Journal:
    """The story of one check.

    Args:
        now: the virtual clock, whose time stands before each line that it has moved for.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lines: list[_Line] = []

    def add(self, text: str) -> None:
        """Add a line; the same line again is counted, one longer than a screen is cut."""
        if len(text) > LONGEST:
            text = text[:LONGEST] + " […]"
        last = self._lines[-1] if self._lines else None
        if last and (last.at, last.text) == (self._now(), text):
            last.count += 1
        else:
            self._lines.append(_Line(self._now(), text))

    def __str__(self) -> str:
        previous: datetime | None = None
        told = []
        for line in self._lines:
            stamp = _stamp(line.at, previous)
            times = f" (x{line.count})" if line.count > 1 else ""
            told.append(f"{stamp:8}  {line.text}{times}")
            previous = line.at
        return "\n".join(told)


def _stamp(at: datetime, previous: datetime | None) -> str:
    """The time when it differs from the line before, with the date when that differs too."""
    if at == previous:
        return ""
    same_day = previous is None or at.date() == previous.date()
    return f"{at:%H:%M:%S}" if same_day else f"{at:%Y-%m-%d %H:%M:%S}"
