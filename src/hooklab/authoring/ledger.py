"""What was proved, and need not be proved again: kept by content below `.hooklab/proofs`.

The file can save an author time and can do nothing else: no grade comes from it, it is not
committed, and `hooklab check --all` does not read it. A proof holds for the very bytes that were
graded, and is kept only when nothing was wrong.
"""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import hooklab
from hooklab.authoring.folders import digest, files
from hooklab.authoring.reach import Lines
from hooklab.catalogue import Course

# Nothing that these rooms do can change an outcome.
_RIM = ("cli/", "reports/", "site/")


class Ledger:
    """The proofs of one exercise.

    Args:
        course: the course.
        slug: the exercise.
        setting: what else outcomes depend on, such as the database.
        ignore: read nothing that was kept before.
    """

    def __init__(self, course: Course, slug: str, setting: str, *, ignore: bool = False) -> None:
        self._path = course.root / ".hooklab" / "proofs" / f"{slug}.json"
        self._kept: dict[str, Any] = {} if ignore else _read(self._path)
        self._ground = digest(_ground(course, slug), setting, sys.version)

    def holds(self, place: str, content: str, depth: str) -> bool:
        """Whether the answer at `place` was proved as it is now.

        Args:
            content: the digest of everything that is its own.
            depth: how much was proved, such as "quick".
        """
        return self._entry(place).get(depth) == self._key(content)

    def keep(self, place: str, content: str, depth: str) -> None:
        """Remember that the answer at `place` was proved."""
        self._kept[place] = {**self._entry(place), depth: self._key(content)}
        self._write()

    def lines(self, place: str, content: str) -> Lines | None:
        """The lines that ran when the answer at `place` was graded as it is now."""
        kept = self._entry(place).get("lines")
        if not (isinstance(kept, dict) and kept.get("key") == self._key(content)):
            return None
        return {
            check: {name: set(numbers) for name, numbers in ran.items()}
            for check, ran in kept["checks"].items()
        }

    def keep_lines(self, place: str, content: str, lines: Lines) -> None:
        """Remember which lines ran."""
        checks = {
            check: {name: sorted(numbers) for name, numbers in ran.items()}
            for check, ran in lines.items()
        }
        entry = {"key": self._key(content), "checks": checks}
        self._kept[place] = {**self._entry(place), "lines": entry}
        self._write()

    def _key(self, content: str) -> str:
        return f"{self._ground}/{content}"

    def _entry(self, place: str) -> Mapping[str, Any]:
        entry = self._kept.get(place)
        return entry if isinstance(entry, dict) else {}

    def _write(self) -> None:
        # Losing it costs time and nothing else.
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(self._kept), encoding="utf-8")
            fresh.replace(self._path)


def _ground(course: Course, slug: str) -> dict[str, Path]:
    """What all outcomes of an exercise depend on: engine, grader, settings and libraries."""
    engine, grader = Path(hooklab.__file__).parent, course.grader(slug)
    return {
        **{f"engine/{name}": engine / name for name in files(engine) if not _is_rim(name)},
        **{f"grader/{name}": grader / name for name in files(grader) if not _is_known(name)},
        **{f"shared/{path.name}": path for path in _shared(grader)},
        "pins": course.root / "requirements" / "grade.txt",
        "settings": course.solution(slug) / "settings.py",
    }


def _is_rim(name: str) -> bool:
    return name.startswith(_RIM)


def _is_known(name: str) -> bool:
    return name.startswith(("mistakes/", "others/"))


def _shared(grader: Path) -> set[Path]:
    """The files of all graders that this one names, or that one of those names."""
    candidates = {path for path in grader.parent.iterdir() if path.suffix in (".py", ".toml")}
    text = "".join(path.read_text(encoding="utf-8") for path in grader.rglob("*.py"))
    found: set[Path] = set()
    while more := {path for path in candidates - found if path.stem in text}:
        text += "".join(path.read_text(encoding="utf-8") for path in more)
        found |= more
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
