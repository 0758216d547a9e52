"""What was proved, and need not be proved again: kept by content below `.hooklab/proofs`.

The file can save an author time and can do nothing else: no grade comes from it, it is not
committed, and `hooklab check --all` does not read it. A proof holds for the files as they were all
the time while they were graded, and is kept only when nothing was wrong.
"""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import hooklab
from hooklab.authoring.folders import digest, files
from hooklab.authoring.ground import ground
from hooklab.authoring.reach import Lines
from hooklab.catalogue import Course

# Nothing that these rooms do can change an outcome.
_RIM = ("classroom/", "cli/", "pages/", "reports/", "site/")


@dataclass(frozen=True)
class Noted:
    """What was noted while a solution was graded.

    Attributes:
        lines: the lines of it that ran, by check.
        changed: the settings that some check changes; None when no app ran.
    """

    lines: Lines
    changed: frozenset[str] | None


class Ledger:
    """The proofs of one exercise.

    Args:
        course: the course.
        slug: the exercise.
        setting: what else outcomes depend on, such as the database.
        ignore: read nothing that was kept before.
    """

    def __init__(self, course: Course, slug: str, setting: str, *, ignore: bool = False) -> None:
        self._course = course
        self._slug = slug
        self._setting = setting
        self._path = course.root / ".hooklab" / "proofs" / f"{slug}.json"
        kept = {} if ignore else _read(self._path)
        # What is gone needs no proof.
        self._kept = {place: each for place, each in kept.items() if (course.root / place).exists()}

    def key(self, content: str) -> str:
        """What a proof holds for: an answer, and all that grades it, as they are at this moment.

        Args:
            content: the digest of everything that is the answer's own.
        """
        grader = digest(ground(self._course, self._slug), self._setting)
        return f"{_engine()}/{grader}/{content}"

    def holds(self, place: str, depth: str, key: str) -> bool:
        """Whether the answer at `place` was proved.

        Args:
            depth: how much was proved, such as "quick".
        """
        return self._entry(place).get(depth) == key

    def keep(self, place: str, depth: str, key: str) -> None:
        """Remember that the answer at `place` was proved."""
        self._kept[place] = {**self._entry(place), depth: key}
        self._write()

    def noted(self, place: str, key: str) -> Noted | None:
        """What was noted when the answer at `place` was graded."""
        kept = self._entry(place).get("noted")
        if not (isinstance(kept, dict) and kept.get("key") == key):
            return None
        lines = {
            check: {name: set(numbers) for name, numbers in ran.items()}
            for check, ran in kept["lines"].items()
        }
        changed = kept["changed"]
        return Noted(lines, None if changed is None else frozenset(changed))

    def keep_noted(self, place: str, key: str, noted: Noted) -> None:
        """Remember what was noted."""
        lines = {
            check: {name: sorted(numbers) for name, numbers in ran.items()}
            for check, ran in noted.lines.items()
        }
        changed = None if noted.changed is None else sorted(noted.changed)
        kept = {"key": key, "lines": lines, "changed": changed}
        self._kept[place] = {**self._entry(place), "noted": kept}
        self._write()

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


@cache
def _engine() -> str:
    """The digest of the engine, the libraries and the system, as this process uses them.

    Once for a process: what changes on disk in the meantime is not what grades.
    """
    home = Path(hooklab.__file__).parent
    libraries = sorted(f"{each.name} {each.version}" for each in distributions())
    system = (sys.version, sys.platform, os.environ.get("HOOKLAB_START", ""))
    return digest(
        {name: home / name for name in files(home) if not _is_rim(name)}, *system, *libraries
    )


def _is_rim(name: str) -> bool:
    return name.startswith(_RIM)


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
