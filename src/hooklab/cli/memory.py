"""What the kit remembers for a learner between two commands: `.hooklab/memory.json`."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from hooklab.scorecard import Scorecard

Opinion = tuple[float, str]
"""Points, and the digest of the answer that they were given for."""


class Memory:
    """The last scores and the hints given so far, kept below the course's root.

    Losing it costs nothing but comfort. So a damaged file is as good as none, and a folder that
    cannot be written to is no error.

    Args:
        root: the course's folder.
    """

    def __init__(self, root: Path) -> None:
        self._path = root / ".hooklab" / "memory.json"
        self._values = self._read()

    def earned(self, slug: str) -> float | None:
        """The points of the last grading of `slug`; None when it was never graded."""
        value = self._section("earned").get(slug)
        return float(value) if isinstance(value, int | float) else None

    def keep_scores(self, card: Scorecard) -> None:
        """Remember the points of every exercise of `card`."""
        for exercise in card.exercises:
            self._section("earned")[exercise.slug] = exercise.earned
            self._section("complete")[exercise.slug] = exercise.is_complete
        self._write()

    def is_complete(self, slug: str) -> bool:
        """Whether the last grading of `slug` earned every check."""
        return self._section("complete").get(slug) is True

    def rung(self, slug: str, check: str) -> int:
        """How many hints were given for a check."""
        value = self._section("hints").get(f"{slug}/{check}")
        return value if isinstance(value, int) else 0

    def keep_rung(self, slug: str, check: str, rung: int) -> None:
        """Remember that `rung` hints were given for a check."""
        self._section("hints")[f"{slug}/{check}"] = rung
        self._write()

    def has_asked(self, slug: str) -> bool:
        """Whether somebody has asked for the solution of `slug` before."""
        return self._section("asked").get(slug) is True

    def keep_asked(self, slug: str) -> None:
        """Remember that somebody has asked for the solution of `slug`."""
        self._section("asked")[slug] = True
        self._write()

    def opinions(self, slug: str) -> dict[str, Opinion]:
        """What the learner thinks of their own answer to `slug`, by criterion."""
        kept = self._section("opinions").get(slug)
        return {
            criterion: (float(value["points"]), str(value["answer"]))
            for criterion, value in (kept.items() if isinstance(kept, dict) else ())
            if isinstance(value, dict) and isinstance(value.get("points"), int | float)
        }

    def keep_opinion(self, slug: str, criterion: str, opinion: Opinion) -> None:
        """Remember what the learner thinks of their own answer."""
        points, answer = opinion
        kept = self._section("opinions")
        if not isinstance(kept.get(slug), dict):
            kept[slug] = {}
        kept[slug][criterion] = {"points": points, "answer": answer}
        self._write()

    def _section(self, name: str) -> dict[str, Any]:
        section = self._values.get(name)
        if not isinstance(section, dict):
            section = self._values[name] = {}
        return section

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}

    def _write(self) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            fresh = self._path.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(self._values, indent=1), encoding="utf-8")
            fresh.replace(self._path)
