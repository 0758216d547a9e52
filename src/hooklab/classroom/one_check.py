"""Grading one check again: its result takes the place of the earlier one, and the others stay."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hooklab import rubric as rubrics
from hooklab.catalogue import Course
from hooklab.classroom.batch import Batch
from hooklab.classroom.book_tables import GROUND, ResultRow, RunRow
from hooklab.classroom.cards import as_card, as_data
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.hand_ins import Collected, HandIn, Refusal
from hooklab.errors import HooklabError
from hooklab.grading.private_copy import shown
from hooklab.rubric import Rubric
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard
from hooklab.texts import _, either


class OneCheckBatch(Batch):
    """A batch in which one check of an exercise is graded again.

    Only what has a grade can be: for the same files, in the same language, by a rubric with the
    same checks. For `--changed` a new result holds for no more than that grade did.

    Args:
        course: whose exercises are graded.
        book: where results are kept.
        run: that they belong to.
        found: what was handed in.
        check: of the rubric of `slug`.

    Raises:
        HooklabError: the rubric has no such check.
    """

    def __init__(
        self, course: Course, book: Gradebook, run: RunRow, found: Collected, slug: str, check: str
    ) -> None:
        self._check = check
        self._rubric = rubrics.load(course.grader(slug))
        self._standings = book.standings()
        super().__init__(course, book, run, found, changed=False)
        self._only = with_dependents(self._rubric, check)

    def _sort(self, *, changed: bool) -> None:
        done = {row.learner for row in self._earlier(changed=changed)}
        for each in sorted(self._found.hand_ins, key=lambda each: each.learner.id):
            if each.is_untouched:
                continue
            if not self._can_be_put_in(each):
                self.outcome.refused.append(_refusal(each))
            elif each.learner.id in done:
                self.outcome.kept += 1
            else:
                self._groups[self._key(each)].append(each)

    def _can_be_put_in(self, hand_in: HandIn) -> bool:
        grade = self._grade(hand_in)
        return (
            grade is not None
            and (grade.submission, grade.language) == (hand_in.submission, hand_in.learner.language)
            and fits(self._card(grade).exercises[0], self._rubric)
        )

    def _grade(self, hand_in: HandIn) -> ResultRow | None:
        standing = self._standings.get((hand_in.learner.id, hand_in.slug))
        return standing.grade if standing else None

    def _card(self, grade: ResultRow) -> Scorecard:
        return as_card(dict(self._book.scorecard(grade) or {}))

    def _row(self, hand_in: HandIn) -> ResultRow:
        row = super()._row(hand_in)
        if grade := self._grade(hand_in):
            for name in GROUND:
                setattr(row, name, getattr(grade, name))
        return row

    def _fill(self, row: ResultRow, card: Scorecard) -> None:
        standing = self._standings[row.learner, row.exercise].grade
        if standing is None:
            return
        earlier = self._card(standing)
        result = put_in(earlier.exercises[0], card.exercises[0], self._check)
        whole = replace(earlier, exercises=(result,))
        row.earned, row.tier, row.scorecard = whole.earned, card.isolation, as_data(whole)


def _refusal(hand_in: HandIn) -> Refusal:
    return Refusal(
        shown(Path(hand_in.upload.name)),
        hand_in.learner,
        hand_in.slug,
        _("its other checks have no grade that still holds"),
        _("grade it whole first: the same command without --check"),
        is_whole=False,
    )


def with_dependents(rubric: Rubric, check: str) -> frozenset[str]:
    """The ids of `check` and of those that are not tried without it.

    Raises:
        HooklabError: the rubric has no such check.
    """
    if check not in rubric.checks:
        raise HooklabError(
            _("{slug} has no check “{check}”").format(slug=rubric.slug, check=check),
            _("write {checks}").format(checks=either(tuple(rubric.checks))),
        )
    found = {check}
    # What a check needs stands before it.
    for each in rubric.checks.values():
        if found.intersection(each.needs):
            found.add(each.id)
    return frozenset(found)


def fits(result: ExerciseResult, rubric: Rubric) -> bool:
    """Whether `result` has the checks of `rubric`, with the same points in the same criteria."""
    return list(_shape(result)) == [
        (criterion.id, criterion.points, [(check.id, check.points) for check in criterion.checks])
        for criterion in rubric.criteria
    ]


def put_in(earlier: ExerciseResult, fresh: ExerciseResult, check: str) -> ExerciseResult:
    """`earlier` with the result that `check` has in `fresh`.

    What was not tried for want of it, and now was, is taken from there as well.
    """
    results = {each.id: each for each in fresh.checks}

    def newer(each: CheckResult) -> CheckResult:
        found = results[each.id]
        was_tried_now = (each.outcome, found.outcome != "not_tried") == ("not_tried", True)
        return found if each.id == check or was_tried_now else each

    def with_newer(criterion: CriterionResult) -> CriterionResult:
        checks = tuple(map(newer, criterion.checks))
        return replace(criterion, checks=checks, earned=sum(each.earned for each in checks))

    criteria = tuple(map(with_newer, earlier.criteria))
    return replace(earlier, criteria=criteria, earned=sum(each.earned for each in criteria))


def _shape(result: ExerciseResult) -> Iterator[tuple[str, float, list[tuple[str, float]]]]:
    for criterion in result.criteria:
        checks = [(check.id, check.points) for check in criterion.checks]
        yield criterion.id, criterion.points, checks
