"""Which points move for whom when a class is graded again."""

from collections.abc import Sequence
from dataclasses import dataclass

from hooklab.catalogue import Course
from hooklab.classroom.book_tables import DecisionRow, ResultRow, RunRow
from hooklab.classroom.cards import as_card
from hooklab.classroom.decisions import Decisions
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.judged import judge
from hooklab.classroom.late import put_on
from hooklab.scorecard import ExerciseResult


@dataclass(frozen=True)
class Move:
    """A grade that would be another one.

    Attributes:
        before: the points that count now; None when there are none yet.
        after: the points that would count.
        won: the titles of the checks that would be earned, and are not now.
        lost: the titles of those that would be earned no more.
    """

    learner: str
    exercise: str
    before: float | None
    after: float
    won: tuple[str, ...]
    lost: tuple[str, ...]


def moves(course: Course, book: Gradebook, run: RunRow) -> list[Move]:
    """What accepting the proposal `run` would change, by exercise and learner."""
    counting = book.standings()
    decisions = Decisions(book).all()
    proposed = {(row.exercise, row.learner): row for row in book.results(run) if row.counts}
    found = []
    for (exercise, learner), row in sorted(proposed.items()):
        standing = counting.get((learner, exercise))
        before = standing.grade if standing else None
        own = decisions.get((learner, exercise), ())
        was, would_be = (_result(course, book, each, own) for each in (before, row))
        old, new = _checks(was), _checks(would_be)
        move = Move(
            learner=learner,
            exercise=exercise,
            before=was.earned if was else None,
            after=would_be.earned if would_be else row.earned,
            won=tuple(title for check, title in new.items() if before and check not in old),
            lost=tuple(title for check, title in old.items() if check not in new),
        )
        if move.before != move.after or move.won or move.lost:
            found.append(move)
    return found


def _result(
    course: Course, book: Gradebook, row: ResultRow | None, decisions: Sequence[DecisionRow]
) -> ExerciseResult | None:
    """What a result counts for, with decisions and lateness; None without one."""
    data = book.scorecard(row) if row else None
    if data is None:
        return None
    return put_on(course, row, judge(as_card(dict(data)).exercises[0], decisions))


def _checks(result: ExerciseResult | None) -> dict[str, str]:
    """The titles of the checks that are earned, by id."""
    checks = result.checks if result else ()
    return {check.id: check.title for check in checks if check.outcome == "earned"}
