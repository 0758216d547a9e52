"""How to grade: what a person may choose. Light to import, unlike the grading itself."""

from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.texts import _


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        submission: the folder to grade instead of `exercises/<slug>`.
        solutions: grade `solutions/<slug>`.
        seed: decides who signs up, under which names and ids, in which order things come, and how
            late retries do; see `seed_for`.
        database: address of a PostgreSQL server; None for SQLite.
        first_loss: stop at the first check that is not earned; the others count as not tried.
        redis: address of a Redis server; None for one in the grading process.
        only: the ids of the checks to run, with what they need; empty for all.
        first: the id of the check to begin with, after what it needs; empty for the rubric's order.
        debug: run the app where a breakpoint works; the grade does not count.
    """

    submission: Path | None = None
    solutions: bool = False
    seed: int = 0
    database: str | None = None
    first_loss: bool = False
    only: frozenset[str] = frozenset()
    first: str = ""
    debug: bool = False
    redis: str | None = None

    def folder(self, course: Course, slug: str) -> Path:
        """The folder that is graded for `slug`."""
        if self.submission:
            return self.submission
        return course.solution(slug) if self.solutions else course.skeleton(slug)


def seed_for(submission: Path | None, wanted: int | None = None) -> int:
    """The seed of a run: `wanted`, if somebody has asked for one.

    One's own answer meets the same people at each save. Somebody else's meets some whom its author
    has never seen, and so cannot have written down.
    """
    if wanted is not None:
        return wanted
    return SystemRandom().randrange(2**32) if submission else 0


def check_folder(folder: Path) -> None:
    """Refuse a submission that is not a folder with an app or an answer in it."""
    if not folder.exists():
        raise HooklabError(
            _("{folder} does not exist").format(folder=folder),
            _("name the folder that holds app.py"),
        )
    if not folder.is_dir():
        raise HooklabError(
            _("{folder} is a file, not a folder").format(folder=folder),
            _("name the folder that holds app.py: {parent}").format(parent=folder.parent),
        )
