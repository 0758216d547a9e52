"""Where the pages of the course are: the map of it and the menu, in the language in use."""

from collections.abc import Iterable
from posixpath import relpath

from hooklab.catalogue import Course, Exercise, Module
from hooklab.pages.cells import cell, table
from hooklab.texts import _, number, pick


def course_map(course: Course, folder: str) -> str:
    """A table of all modules and exercises, with links for a page in `folder`.

    Args:
        course: the catalogue.
        folder: where the page stands below `course/<language>/`; "." is the top.
    """
    header = (_("Exercise"), _("Minutes"), _("Points"))
    rows = [row for module in course.modules for row in _module_rows(module, folder)]
    return table(header, rows)


def menu(course: Course) -> list[dict[str, list[str]]]:
    """The part of MkDocs' `nav` that the catalogue decides: a section for each module."""
    return [
        {
            _module_title(module): [
                module.page,
                *(page for each in module.exercises for page in each.pages),
            ]
        }
        for module in course.modules
    ]


def _module_rows(module: Module, folder: str) -> Iterable[tuple[str, str, str]]:
    yield f"**{_link(_module_title(module), module.page, folder)}**", "", ""
    for exercise in module.exercises:
        title = _link(pick(exercise.title), exercise.page, folder)
        if exercise.lesson:
            title += f" ({_link(_('lesson'), exercise.lesson, folder)})"
        yield title, str(exercise.minutes), _exercise_points(exercise)


def _exercise_points(exercise: Exercise) -> str:
    points = number(exercise.points)
    return f"{points} ★" if exercise.assessment else points


def _module_title(module: Module) -> str:
    return f"{module.number}. {pick(module.title)}"


def _link(title: str, page: str, folder: str) -> str:
    return f"[{cell(title)}]({relpath(page, folder)})"
