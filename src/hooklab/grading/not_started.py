"""The score of an exercise that nobody has touched: nothing has to run for it."""

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult
from hooklab.texts import _, pick


def not_started(course: Course, slug: str, reason: str = "") -> ExerciseResult:
    """The score of `slug` for somebody who has changed nothing; no point is earned.

    Args:
        reason: why nothing was tried, when it is another one.
    """
    measured = rubric.load(course.grader(slug))
    reason = reason or _("not started yet: nothing in its files has been changed")
    return ExerciseResult(
        slug,
        pick(course.exercise(slug).title),
        earned=0.0,
        points=measured.points,
        criteria=tuple(
            CriterionResult(
                criterion.id,
                pick(criterion.title),
                earned=0.0,
                points=criterion.points,
                kind=criterion.kind,
                checks=tuple(
                    CheckResult(
                        check.id, pick(check.title), 0.0, check.points, "not_tried", reason, "", 0.0
                    )
                    for check in criterion.checks
                ),
            )
            for criterion in measured.criteria
        ),
    )
