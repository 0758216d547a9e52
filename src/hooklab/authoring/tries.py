"""Grading for authors: what a busy machine could not judge is graded again, as its message says."""

from collections.abc import Callable
from dataclasses import replace

from hooklab.authoring.judges import Results
from hooklab.catalogue import Course
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.grading.worlds import Ran
from hooklab.worker.launch import Launcher

TRIES = 3


def results(
    course: Course,
    slug: str,
    options: Options,
    *,
    launcher: Launcher,
    noted: Callable[[str, Ran], None] | None = None,
) -> Results:
    """Grade one answer, at most three times what could not be graded.

    Args:
        noted: see `hooklab.grading.run.grade`.

    Returns:
        Its results, in rubric order. A check that is still "could not grade" is so for another
        reason than the machine, or the machine is busy for good.
    """
    found: Results = {}
    wanted = options.only
    for _try in range(TRIES):
        card = grade(course, [slug], options, launcher=launcher, noted=noted)
        graded = [check for exercise in card.exercises for check in exercise.checks]
        # Those that were left out this time keep what they had.
        found |= {each.id: each for each in graded if not found or each.id in options.only}
        outcomes = {each.outcome for each in found.values()}
        # What needs such a check was not tried.
        again = frozenset(
            each.id
            for each in found.values()
            if each.outcome in ("could_not_grade", "not_tried")
            and (not wanted or each.id in wanted)
        )
        if "could_not_grade" not in outcomes or not again:
            break
        options = replace(options, only=again)
    return found
