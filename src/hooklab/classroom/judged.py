"""Marks and scorecards with what people have decided: a check corrected, an answer reviewed.

A result stays as it was graded. Decisions are put on it when it is read, so that they hold for the
next result too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hooklab import reviews
from hooklab.catalogue import Course
from hooklab.classroom.book_tables import DecisionRow
from hooklab.classroom.cards import as_card
from hooklab.classroom.decisions import Decisions, QuestionKey, in_force
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.kept_files import KeptFiles
from hooklab.classroom.late import late, put_on
from hooklab.classroom.marks import Mark, marks
from hooklab.grading.not_started import not_started
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Review
from hooklab.texts import _, number


def judged_marks(course: Course, book: Gradebook) -> list[Mark]:
    """All marks, as `marks` has them, with the points that people have decided."""
    return list(_judged(course, book))


def graded_result(course: Course, book: Gradebook, mark: Mark) -> ExerciseResult | None:
    """The result of a mark as the checks decided it; None for what the course has no more."""
    if mark.shown and (data := book.scorecard(mark.shown)):
        return as_card(dict(data)).exercises[0]
    if not mark.exercise or not (course.grader(mark.exercise) / "rubric.toml").is_file():
        return None
    reasons = {
        "missing": _("nothing was handed in"),
        "refused": _("what was handed in could not be read: {reason}").format(
            reason=mark.last.reason if mark.last else ""
        ),
        "could_not_grade": _("it could not be graded yet"),
    }
    return not_started(course, mark.exercise, reasons.get(mark.status, ""))


def judged_result(course: Course, book: Gradebook, mark: Mark) -> ExerciseResult | None:
    """The result of a mark with the decisions about it and its lateness, in the language in use."""
    result = graded_result(course, book, mark)
    if result is None:
        return None
    return put_on(course, mark.shown, judge(result, mark.decisions, mark.outdated))


def judge(
    result: ExerciseResult,
    decisions: Sequence[DecisionRow],
    outdated: frozenset[QuestionKey] = frozenset(),
) -> ExerciseResult:
    """`result` with decisions put on it.

    Args:
        decisions: about this answer, the first ones first.
        outdated: the questions whose answer was changed since the decision.
    """
    holding = in_force(decisions)
    criteria = tuple(_corrected(each, holding, outdated) for each in result.criteria)
    found = {
        question.id: Review(
            each.points or 0.0, each.reason, each.by, outdated=question in outdated, counts=True
        )
        for question, each in holding.items()
        if question.kind == "review"
    }
    return reviews.reviewed(replace(result, criteria=criteria), found)


def _judged(course: Course, book: Gradebook) -> Iterator[Mark]:
    decisions = Decisions(book).all()
    files = KeptFiles(book)
    for mark in marks(course, book):
        own = tuple(decisions.get((mark.learner.id, mark.exercise), ()))
        if own:
            yield _decided(course, book, mark, own, frozenset(_outdated(files, mark, own)))
        else:
            yield _with_lateness(course, mark)


def _decided(
    course: Course,
    book: Gradebook,
    mark: Mark,
    own: tuple[DecisionRow, ...],
    outdated: frozenset[QuestionKey],
) -> Mark:
    decided = replace(mark, decisions=own, outdated=outdated)
    result = graded_result(course, book, decided)
    if result is None:
        return decided
    earned = judge(result, own, outdated).earned
    return _with_lateness(course, replace(decided, earned=earned))


def _with_lateness(course: Course, mark: Mark) -> Mark:
    found = late(course, mark.shown, mark.earned)
    return replace(mark, late=found, earned=mark.earned - found.taken) if found else mark


def _outdated(
    files: KeptFiles, mark: Mark, decisions: Sequence[DecisionRow]
) -> Iterator[QuestionKey]:
    now = mark.shown.submission if mark.shown else ""
    for question, each in in_force(decisions).items():
        if each.submission == now:
            continue
        read = files.written(each.submission)
        # Whoever reviews words does not read the code.
        if question.kind == "check" or not read or read != files.written(now):
            yield question


def _corrected(
    criterion: CriterionResult,
    holding: Mapping[QuestionKey, DecisionRow],
    outdated: frozenset[QuestionKey],
) -> CriterionResult:
    checks = tuple(
        _correct(check, each, is_outdated=question in outdated)
        if (each := holding.get(question := QuestionKey("check", check.id)))
        else check
        for check in criterion.checks
    )
    if checks == criterion.checks:
        return criterion
    change = sum(check.earned for check in checks) - sum(each.earned for each in criterion.checks)
    return replace(criterion, checks=checks, earned=criterion.earned + change)


def _correct(check: CheckResult, decision: DecisionRow, *, is_outdated: bool) -> CheckResult:
    # The rubric may have changed since.
    points = min(decision.points or 0.0, check.points)
    told = _("{name} gives {points} of {most} points by hand: {reason}").format(
        name=decision.by,
        points=number(points),
        most=number(check.points),
        reason=decision.reason,
    )
    if is_outdated:
        told = f"{told}\n{_('the answer was changed since')}"
    if points == check.points:
        return replace(check, earned=points, outcome="earned", message=told, hint="", loss=None)
    # Without the picture, so that the words come first.
    whole = f"{told}\n\n{check.message}" if check.message else told
    return replace(check, earned=points, outcome="not_earned", message=whole, loss=None)
