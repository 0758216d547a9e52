"""What a check did and saw, line by line, for the learner who has to understand its failure."""

from collections.abc import Callable
from datetime import datetime

LONGEST = 2000


class Journal:
    """The story of one check.

    Args:
        now: the virtual clock, whose time stands before each line.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        """Add `line` with the time; a line that is longer than a screen is cut."""
        if len(line) > LONGEST:
            line = line[:LONGEST] + " […]"
        self._lines.append(f"{self._now():%Y-%m-%d %H:%M:%S}  {line}")

    def __str__(self) -> str:
        return "\n".join(self._lines)
