"""The marks of a class, as the checks decided them: what counts for each learner and exercise."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hooklab.catalogue import Course
from hooklab.classroom.book_tables import DecisionRow, ResultRow, Status
from hooklab.classroom.decisions import QuestionKey
from hooklab.classroom.gradebook import Gradebook, InBook
from hooklab.classroom.late import Late
from hooklab.classroom.roster import Learner
from hooklab.texts import _

MarkStatus = Status | Literal["missing"]


@dataclass(frozen=True)
class Mark:
    """A learner's mark for an exercise.

    Attributes:
        exercise: its slug; empty while nothing is known but uploads that were refused.
        earned: of the result that counts; 0 without one.
        points: what the exercise is worth.
        status: what became of the last answer; "missing" when others have handed one in.
        shown: the result whose scorecard is shown; None when there is none.
        last: the last result; None for “missing”.
        same_as: who has handed in the same.
        decisions: what people have decided about it, the first ones first.
        outdated: the questions whose answer was changed since they were decided.
        late: how late it is; None when it is not.
    """

    learner: Learner
    exercise: str
    earned: float
    points: float
    status: MarkStatus
    shown: ResultRow | None
    last: ResultRow | None
    same_as: tuple[str, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    outdated: frozenset[QuestionKey] = frozenset()
    late: Late | None = None


def status_names() -> dict[MarkStatus, str]:
    """What each status of a mark is called, in the language in use."""
    return {
        "graded": _("graded"),
        "not_started": _("not started"),
        "could_not_grade": _("could not be graded"),
        "refused": _("refused"),
        "missing": _("missing"),
    }


def marks(course: Course, book: Gradebook) -> list[Mark]:
    """All marks: by learner, then in course order."""
    known = book.standings()
    order = [exercise.slug for exercise in course.exercises]
    slugs = sorted({slug for _learner, slug in known}, key=lambda slug: _place(order, slug))
    # A whole upload that was refused stands in the place of each exercise in it.
    slugs = [slug for slug in slugs if slug] or slugs
    points = {slug: max(each.last.points for each in _of(known, slug)) for slug in slugs}
    twins = _twins(known)
    return [
        _mark(who, slug, points[slug], _standing(known, who.id, slug), twins)
        for who in book.learners().values()
        for slug in slugs
    ]


def _standing(known: Mapping[tuple[str, str], InBook], learner: str, slug: str) -> InBook | None:
    """What is known of an answer, or of the upload in which it would have been."""
    own, upload = known.get((learner, slug)), known.get((learner, ""))
    if not upload or (own and (own.last.id or 0) > (upload.last.id or 0)):
        return own
    return InBook(upload.last, own.grade if own else None)


def _mark(
    who: Learner,
    slug: str,
    points: float,
    standing: InBook | None,
    twins: Mapping[tuple[str, str], Sequence[str]],
) -> Mark:
    if standing is None:
        return Mark(who, slug, 0.0, points, "missing", None, None)
    # Of what could not be graded wholly, the checks that could be graded count.
    shown = standing.grade or (standing.last if standing.last.tier else None)
    same = twins.get((slug, shown.submission), ()) if shown else ()
    return Mark(
        learner=who,
        exercise=slug,
        earned=shown.earned if shown else 0.0,
        points=shown.points if shown else points,
        status=standing.last.status,
        shown=shown,
        last=standing.last,
        same_as=tuple(other for other in same if other != who.id),
    )


def _of(known: dict[tuple[str, str], InBook], slug: str) -> Sequence[InBook]:
    return [standing for (_learner, of), standing in known.items() if of == slug]


def _place(order: Sequence[str], slug: str) -> tuple[int, str]:
    return (order.index(slug) if slug in order else len(order), slug)


def _twins(known: dict[tuple[str, str], InBook]) -> dict[tuple[str, str], list[str]]:
    """Who has handed in the same, by exercise and digest; what nobody has begun is no answer."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (learner, slug), standing in sorted(known.items()):
        if standing.grade and standing.grade.status == "graded":
            found[slug, standing.grade.submission].append(learner)
    return found
