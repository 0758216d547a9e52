"""Where the pages of the course are: the map of it and the menu, in the language in use."""

from collections.abc import Iterable
from posixpath import relpath

from hooklab.catalogue import Course, Exercise, Module
from hooklab.pages import first_lines
from hooklab.pages.cells import cell, table
from hooklab.texts import _, number, pick

COUNTS = "★"


def course_map(course: Course, folder: str) -> str:
    """A table of all modules, lessons and exercises, with links for a page in `folder`.

    Args:
        course: the catalogue.
        folder: where the page stands below `course/<language>/`; "." is the top.
    """
    header = (_("Lesson or exercise"), _("Minutes"), _("Points"))
    rows = [row for module in course.modules for row in _module_rows(course, module, folder)]
    totals = {
        _("The whole course"): (first_lines.whole_course(course), course.exercises),
        _("The final assessment ({sign})").format(sign=COUNTS): (
            first_lines.assessment(course),
            [each for each in course.exercises if each.assessment],
        ),
    }
    for title, (minutes, exercises) in totals.items():
        points = number(sum(each.points for each in exercises))
        rows.append((f"**{title}**", f"**{first_lines.duration(minutes)}**", f"**{points}**"))
    return table(header, rows)


def menu(course: Course) -> list[dict[str, list[str | dict[str, str]]]]:
    """The part of MkDocs' `nav` that the catalogue decides: a section for each module.

    A lesson has the title of its page; an exercise that of the catalogue, and says what it is.
    """
    return [
        {
            _module_title(module): [
                *module.pages,
                *(entry for each in module.exercises for entry in _menu_entries(each)),
            ]
        }
        for module in course.modules
    ]


def _menu_entries(exercise: Exercise) -> Iterable[str | dict[str, str]]:
    yield from exercise.lessons
    yield {_exercise_title(exercise): exercise.page}


def _module_rows(course: Course, module: Module, folder: str) -> Iterable[tuple[str, str, str]]:
    yield _reading(course, module.page, folder, f"**{_module_title(module)}**")
    for page in module.lessons:
        yield _reading(course, page, folder)
    for exercise in module.exercises:
        for page in exercise.lessons:
            yield _reading(course, page, folder)
        title = _link(_exercise_title(exercise), exercise.page, folder)
        yield title, str(exercise.minutes), _exercise_points(exercise)


def _reading(course: Course, page: str, folder: str, title: str = "") -> tuple[str, str, str]:
    link = _link(title or first_lines.title(course, page), page, folder)
    return link, str(first_lines.minutes(course, page)), ""


def _exercise_points(exercise: Exercise) -> str:
    points = number(exercise.points)
    return f"{points} {COUNTS}" if exercise.assessment else points


def _exercise_title(exercise: Exercise) -> str:
    return _("Exercise: {title}").format(title=pick(exercise.title))


def _module_title(module: Module) -> str:
    return f"{module.number}. {pick(module.title)}"


def _link(title: str, page: str, folder: str) -> str:
    return f"[{cell(title)}]({relpath(page, folder)})"
