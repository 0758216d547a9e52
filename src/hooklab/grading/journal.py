"""What a check did and saw, line by line, for the learner who has to understand its failure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hooklab.grading.deeds import Deeds
from hooklab.grading.recording import Recording, stamp

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

    Attributes:
        recording: the same story for a picture.
        deeds: what was done, to be done again; None when nobody asks.
        length: how many lines were added, also the same again.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.recording = Recording(now)
        self.deeds: Deeds | None = None
        self.length = 0
        self._now = now
        self._lines: list[_Line] = []

    def did(self, what: str, **values: Any) -> None:
        """Note a deed, see `deeds.Deed`, if anybody wants to do it again."""
        if self.deeds:
            self.deeds.add(what, **values)

    def left_out(self, text: str) -> None:
        """Note that something was done that is not told as a deed."""
        self.did("left_out", text=text)

    def note(self, text: str, about: str = "") -> None:
        """Add a line, which is also a note in the picture: about an actor, or about everybody."""
        self.add(text)
        self.recording.note(text, about)

    def add(self, text: str) -> None:
        """Add a line, and what is to stand below it; the same again is counted, a long one cut."""
        self.length += 1
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
            times = f" (x{line.count})" if line.count > 1 else ""
            first, *more = line.text.split("\n")
            told.append(f"{stamp(line.at, previous):8}  {first}{times}")
            told += [f"{'':12}{each}" for each in more]
            previous = line.at
        return "\n".join(told)
