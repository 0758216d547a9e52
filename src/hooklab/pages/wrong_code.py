"""A known mistake as it is kept: its patch, and what a learner reads who makes it."""

import re
from pathlib import Path

from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.texts import _, language

_DIFF = re.compile(r"^--- .*", re.DOTALL | re.MULTILINE)


def diff(course: Course, name: str) -> str:
    """How the mistake `name` (`slug/name`) differs from the solution, as a unified diff.

    Raises:
        HooklabError: there is no such mistake.
    """
    found = _DIFF.search(patch(course, name).read_text(encoding="utf-8"))
    return found[0].rstrip() if found else ""


def message(course: Course, name: str) -> str:
    """What a learner reads who makes the mistake `name`, in the language in use; "" if not kept."""
    kept = patch(course, name).with_suffix(f".{language()}.txt")
    return kept.read_text(encoding="utf-8").rstrip() if kept.is_file() else ""


def patch(course: Course, name: str) -> Path:
    """Where the mistake `name` is kept; HooklabError when it is not there."""
    slug, _slash, mistake = name.partition("/")
    path = course.grader(course.exercise(slug).slug) / "mistakes" / f"{mistake}.patch"
    if not path.is_file():
        raise HooklabError(
            _("there is no mistake “{name}”").format(name=name),
            _("name one of graders/{slug}/mistakes, as exercise/mistake").format(slug=slug),
        )
    return path
