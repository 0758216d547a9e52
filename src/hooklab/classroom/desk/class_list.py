"""The class as lines of a table: a learner's answer to an exercise each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hooklab.catalogue import Course
from hooklab.classroom.decisions import QuestionKey, in_force
from hooklab.classroom.desk.place import Selection
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.judged import judged_marks, judged_result
from hooklab.classroom.marks import Mark, status_names
from hooklab.scorecard import ExerciseResult
from hooklab.texts import _

# So many lines are on a page.
LINES = 200


@dataclass(frozen=True)
class Summary:
    """What the table tells of a scorecard.

    Attributes:
        lost: the titles of the checks that are not earned, by id.
        waits: the ids of the criteria that wait for a reviewer.
    """

    lost: dict[str, str]
    waits: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """An answer as the table shows it.

    Attributes:
        flags: what an instructor should look at, see `flag_names`.
    """

    mark: Mark
    lost: dict[str, str]
    waits: tuple[str, ...]
    flags: tuple[str, ...]

    def asks(self, question: QuestionKey) -> bool:
        """Whether a person has something to decide there, or has decided it."""
        open_ = self.lost if question.kind == "check" else self.waits
        return question.id in open_ or self.has_decided(question)

    def has_decided(self, question: QuestionKey) -> bool:
        """Whether a person has decided it."""
        return question in in_force(self.mark.decisions)


class Listing:
    """Reads the class again each time, and each scorecard once: a result is never changed.

    Args:
        course: whose exercises were graded.
        book: the gradebook.
    """

    def __init__(self, course: Course, book: Gradebook) -> None:
        self._course = course
        self._book = book
        self._known: dict[tuple[int | None, int | None], Summary] = {}

    def lines(self) -> list[Line]:
        """The whole class: by learner, then in course order."""
        return [self._line(mark) for mark in judged_marks(self._course, self._book)]

    def _line(self, mark: Mark) -> Line:
        summary = self._summary(mark)
        return Line(mark, summary.lost, summary.waits, tuple(_flags(mark, summary)))

    def _summary(self, mark: Mark) -> Summary:
        if mark.shown is None:
            return Summary({}, ())
        last = mark.decisions[-1].id if mark.decisions else None
        key = (mark.shown.id, last)
        if key not in self._known:
            result = judged_result(self._course, self._book, mark)
            self._known[key] = _summed_up(result)
        return self._known[key]


def flag_names() -> dict[str, str]:
    """What each flag is called, in the language in use."""
    return {
        "waiting": _("waits for review"),
        "same": _("the same answer as another"),
        "outdated": _("changed since it was decided"),
        "decided": _("decided by hand"),
        "late": _("late"),
    }


def state_names() -> dict[str, str]:
    """What the table can be narrowed down to: statuses and flags."""
    return {**{str(status): name for status, name in status_names().items()}, **flag_names()}


def chosen(lines: Sequence[Line], choice: Selection) -> list[Line]:
    """The lines that `choice` shows, in its order."""
    found = [line for line in lines if _fits(line, choice)]
    return sorted(found, key=lambda line: _rank(line, choice), reverse=choice.down)


def _fits(line: Line, choice: Selection) -> bool:
    learner = line.mark.learner
    return (
        choice.find.casefold() in f"{learner.id}\n{learner.name}".casefold()
        and choice.only in ("", line.mark.exercise)
        and choice.state in ("", line.mark.status, *line.flags)
        and (not choice.lost or choice.lost in line.lost)
    )


def _rank(line: Line, choice: Selection) -> tuple[float | str, ...]:
    mark = line.mark
    match choice.sort:
        case "points":
            return (mark.earned / mark.points if mark.points else 0.0,)
        case "lost":
            return (float(len(line.lost)),)
        case "exercise":
            return (mark.exercise,)
        case "status":
            return (mark.status,)
    return (mark.learner.name.casefold(), mark.learner.id)


def _summed_up(result: ExerciseResult | None) -> Summary:
    if result is None or result.is_untouched:
        return Summary({}, ())
    return Summary(
        {each.id: each.title for each in result.checks if each.outcome != "earned"},
        tuple(each.id for each in result.criteria if each.waits),
    )


def _flags(mark: Mark, summary: Summary) -> Iterator[str]:
    if summary.waits:
        yield "waiting"
    if mark.same_as:
        yield "same"
    if mark.outdated:
        yield "outdated"
    if in_force(mark.decisions):
        yield "decided"
    if mark.late:
        yield "late"
