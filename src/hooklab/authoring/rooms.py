"""Catalogue, folders, pages and rubrics agree both ways: nothing missing, nothing extra."""

from collections.abc import Iterator
from pathlib import Path

from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course, Exercise
from hooklab.rubric import Rubric, Text
from hooklab.texts import LANGUAGES, _

ROOMS = ("exercises", "solutions", "graders")

LONGEST_TITLE = 70
"""Characters in a title, so that a line of the scorecard fits 80 columns."""


def whole_course(course: Course) -> Iterator[Problem]:
    """Modules without a page, and folders and pages that no entry of the catalogue names."""
    for module in course.modules:
        for page in module.pages:
            yield from missing_pages(course, page)
    yield from _unknown_folders(course)
    yield from _unknown_pages(course)


def _unknown_folders(course: Course) -> Iterator[Problem]:
    slugs = {exercise.slug for exercise in (*course.exercises, *course.drafts)}
    for room in ROOMS:
        for folder in _folders(course.root / room):
            # `hooklab reset` keeps a learner's copy as `<slug>.<time>`.
            if folder.name.partition(".")[0] not in slugs:
                yield Problem(
                    f"{room}/{folder.name}",
                    _("graders/course.toml has no exercise of this name"),
                    _("add a [[module.exercise]] with this slug, or remove the folder"),
                )


def _unknown_pages(course: Course) -> Iterator[Problem]:
    known = (*course.exercises, *course.drafts)
    pages = {page for exercise in known for page in exercise.pages}
    pages |= {page for module in course.modules for page in module.pages}
    for language in LANGUAGES:
        home = course.root / "course" / language
        for page in sorted([*home.glob("exercises/*.md"), *home.glob("lessons/*.md")]):
            if page.relative_to(home).as_posix() not in pages:
                yield Problem(
                    page.relative_to(course.root).as_posix(),
                    _("graders/course.toml has no exercise and no module with this page"),
                    _("make it a page or a lesson of an exercise or a module, or remove it"),
                )


def missing_rooms(course: Course, slug: str) -> Iterator[Problem]:
    """Folders that the exercise `slug` lacks."""
    for room in ROOMS:
        if not _has_files(course.root / room / slug):
            yield Problem(
                f"{room}/{slug}",
                _("the folder is missing or empty"),
                _("every exercise has one in exercises/, solutions/ and graders/"),
            )


def missing_pages(course: Course, page: str) -> Iterator[Problem]:
    """The languages in which `page` of an exercise or a module is not written."""
    for language in LANGUAGES:
        place = f"course/{language}/{page}"
        if not (course.root / place).is_file():
            yield Problem(
                place,
                _("the page is missing"),
                _("write it: the course exists in every language"),
            )


def titles(course: Course, exercise: Exercise, rubric: Rubric) -> Iterator[Problem]:
    """Titles that do not fit a scorecard, and points that are not the exercise sheet's."""
    if rubric.points != exercise.points:
        yield Problem(
            "graders/course.toml",
            _("{slug} is worth {points:g} points there and {total:g} in its rubric").format(
                slug=exercise.slug, points=exercise.points, total=rubric.points
            ),
            _("the exercise sheet decides: correct whichever differs from it"),
        )
    place = _relative(course, course.grader(exercise.slug) / "rubric.toml")
    for id_, title in _all_titles(rubric):
        for language, text in title.items():
            if len(text) > LONGEST_TITLE:
                yield Problem(
                    place,
                    _("the {language} title of “{id}” has {count} characters").format(
                        language=language, id=id_, count=len(text)
                    ),
                    _("{most} fit into a terminal of 80 columns").format(most=LONGEST_TITLE),
                )


def _all_titles(rubric: Rubric) -> Iterator[tuple[str, Text]]:
    for criterion in rubric.criteria:
        yield criterion.id, criterion.title
        yield from ((check.id, check.title) for check in criterion.checks)
        yield from ((criterion.id, level.title) for level in criterion.levels)


def _folders(room: Path) -> list[Path]:
    if not room.is_dir():
        return []
    return sorted(
        each
        for each in room.iterdir()
        if each.is_dir() and not _is_aside(each) and _has_files(each)
    )


def _is_aside(folder: Path) -> bool:
    """Whether `folder` is no room: hidden, compiled, or a copy that `hooklab reset` has kept."""
    return folder.name.startswith("_") or "." in folder.name


def _has_files(folder: Path) -> bool:
    """Whether anything is in there that somebody wrote; compiled files are left behind by runs."""
    return any(each.is_file() for each in folder.rglob("*") if "__pycache__" not in each.parts)


def _relative(course: Course, path: Path) -> str:
    return path.relative_to(course.root).as_posix()
