"""What a page says of itself at its top: its title, and how long it takes."""

import re

from hooklab.catalogue import Course, Exercise
from hooklab.errors import HooklabError
from hooklab.texts import _, language

_MINUTES = re.compile(r"\*\*(\d+)[ \u00a0]minutes\b")


def title(course: Course, page: str) -> str:
    """The heading of `page`, which lies below `course/<language>/`, in the language in use."""
    return _lines(course, page)[0].removeprefix("# ")


def minutes(course: Course, page: str) -> int:
    """How long a page or lesson takes to read, as its first paragraph says.

    Raises:
        HooklabError: it does not say so, or there is no such page.
    """
    found = _MINUTES.match("\n".join(_lines(course, page)[1:]).strip())
    if not found:
        raise HooklabError(
            _("{page} does not say how many minutes it takes").format(page=page),
            _("begin its first paragraph with {example}").format(example="**15 minutes …**"),
        )
    return int(found[1])


def whole_course(course: Course) -> int:
    """The minutes of all pages, lessons and exercises."""
    pages = [page for module in course.modules for page in module.pages]
    return sum(minutes(course, page) for page in pages) + sum(
        _with_lessons(course, exercise) for exercise in course.exercises
    )


def assessment(course: Course) -> int:
    """The minutes of the exercises that count in the final assessment, without reading."""
    return sum(exercise.minutes for exercise in course.exercises if exercise.assessment)


def duration(minutes: int) -> str:
    """`minutes` as hours and minutes, in the language in use."""
    hours, rest = divmod(minutes, 60)
    return _("{hours} h {minutes:02}").format(hours=hours, minutes=rest)


def _with_lessons(course: Course, exercise: Exercise) -> int:
    return exercise.minutes + sum(minutes(course, page) for page in exercise.lessons)


def _lines(course: Course, page: str) -> list[str]:
    path = course.root / "course" / language() / page
    if not path.is_file():
        raise HooklabError(
            _("{path} does not exist").format(path=path), _("create it, or check the folder")
        )
    return path.read_text(encoding="utf-8").splitlines()
