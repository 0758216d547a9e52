"""The folder of the app that a command is to run."""

from pathlib import Path

from hooklab.catalogue import Course
from hooklab.cli.parameters import require_solution
from hooklab.errors import HooklabError
from hooklab.grading.options import Options, check_folder
from hooklab.texts import _


def app_folder(course: Course, slug: str, *, solutions: bool) -> Path:
    """The folder with the app of an exercise.

    Args:
        solutions: the reference's instead of the learner's.

    Raises:
        HooklabError: there is no such exercise, it has no app, or the folder is not there.
    """
    course.exercise(slug)
    if not (course.original(slug) / "app.py").is_file():
        raise HooklabError(
            _("{slug} has no app: its answer is a form").format(slug=slug),
            _("fill in the form in exercises/{slug}, then: hooklab grade {slug}").format(slug=slug),
        )
    if solutions:
        require_solution(course, slug)
    folder = Options(solutions=solutions).folder(course, slug)
    check_folder(folder)
    return folder
