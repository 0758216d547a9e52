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
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import hooklab
from hooklab.authoring.folders import digest, files
from hooklab.authoring.reach import Lines
from hooklab.catalogue import Course

# Nothing that these rooms do can change an outcome.
_RIM = ("cli/", "pages/", "reports/", "site/")

_KNOWN = ("mistakes", "others", "__pycache__")


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
        ground = digest(_ground(self._course, self._slug), self._setting)
        return f"{_engine()}/{ground}/{content}"

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

    def lines(self, place: str, key: str) -> Lines | None:
        """The lines that ran when the answer at `place` was graded."""
        kept = self._entry(place).get("lines")
        if not (isinstance(kept, dict) and kept.get("key") == key):
            return None
        return {
            check: {name: set(numbers) for name, numbers in ran.items()}
            for check, ran in kept["checks"].items()
        }

    def keep_lines(self, place: str, key: str, lines: Lines) -> None:
        """Remember which lines ran."""
        checks = {
            check: {name: sorted(numbers) for name, numbers in ran.items()}
            for check, ran in lines.items()
        }
        self._kept[place] = {**self._entry(place), "lines": {"key": key, "checks": checks}}
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


def _ground(course: Course, slug: str) -> dict[str, Path]:
    """The files outside an answer on which its outcomes depend, and that authors change."""
    grader = course.grader(slug)
    return {
        **{f"grader/{name}": grader / name for name in _own(grader)},
        **{f"shared/{name}": grader.parent / name for name in _shared(grader)},
        "settings": course.solution(slug) / "settings.py",
    }


def _is_rim(name: str) -> bool:
    return name.startswith(_RIM)


def _own(grader: Path) -> set[str]:
    """The names of a grader's files, without the hundreds of its known answers."""
    folders = [each for each in grader.iterdir() if each.is_dir() and each.name not in _KNOWN]
    below = {f"{each.name}/{name}" for each in folders for name in files(each)}
    return {each.name for each in grader.iterdir() if each.is_file()} | below


def _shared(grader: Path) -> set[str]:
    """The names of the files that several graders may use.

    A module or a sheet beside the graders' folders counts for those that name it, or that name
    another one which does.
    """
    graders = grader.parent
    beside = [each for each in graders.iterdir() if not (each / "rubric.toml").is_file()]
    shared = {each.name for each in beside if each.is_file()}
    shared |= {f"{each.name}/{name}" for each in beside if each.is_dir() for name in files(each)}
    named = {name for name in shared if "/" not in name and name.endswith((".py", ".toml"))}
    named -= {"conftest.py", "__init__.py"}
    found = shared - named
    text = "".join(path.read_text(encoding="utf-8") for path in grader.rglob("*.py"))
    while more := {name for name in named - found if Path(name).stem in text}:
        text += "".join((graders / name).read_text(encoding="utf-8") for name in more)
        found |= more
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
