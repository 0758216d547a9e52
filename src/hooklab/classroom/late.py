"""How late an answer is, and what that costs: put on its result when it is read.

So another deadline holds at once, and nothing is graded again for it.
"""

from dataclasses import dataclass, replace

from hooklab.catalogue import Course
from hooklab.classroom.book_tables import ResultRow
from hooklab.scorecard import CriterionResult, ExerciseResult
from hooklab.texts import _, number, plural

_ID = "late"


@dataclass(frozen=True)
class Late:
    """An answer's lateness.

    Attributes:
        days: that have begun since it was due.
        taken: the points that it loses for that.
    """

    days: int
    taken: float

    def told(self) -> str:
        """It in words, in the language in use."""
        days = plural("handed in {count} day late", "handed in {count} days late", self.days)
        if not self.taken:
            return days
        return _("{days}: {points} points less").format(days=days, points=number(self.taken))


def late(course: Course, row: ResultRow | None, earned: float) -> Late | None:
    """How late the answer of a result is; None for one in time, or that nobody has begun.

    Args:
        earned: its points, with what people have decided: it loses no more than those.
    """
    if row is None or row.submitted_at is None or row.status == "not_started":
        return None
    days = course.lateness.days(row.exercise, row.submitted_at)
    cost = course.lateness.cost(days, row.points)
    return Late(days, min(cost, earned)) if days else None


def put_on(course: Course, row: ResultRow | None, result: ExerciseResult) -> ExerciseResult:
    """`result`, of the answer in `row`, with its lateness as a line of its own."""
    found = late(course, row, result.earned)
    if found is None:
        return result
    title = found.told()
    line = CriterionResult(_ID, title[0].upper() + title[1:], -found.taken, 0.0, "auto", ())
    criteria = (*result.criteria, line)
    return replace(result, criteria=criteria, earned=result.earned - found.taken)
