"""A learner's answer to an exercise, with everything that a person needs in order to judge it."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.classroom.book_tables import DecisionRow
from hooklab.classroom.decisions import QuestionKey, current
from hooklab.classroom.desk.shown_files import ShownFile, shown_files
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.judged import graded_result, judge
from hooklab.classroom.kept_files import KeptFiles
from hooklab.classroom.marks import Mark
from hooklab.errors import HooklabError
from hooklab.reports.clean import visible
from hooklab.reports.html import meanings
from hooklab.reports.loss import add_check
from hooklab.reports.text import MARKS
from hooklab.rubric import Rubric
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult
from hooklab.texts import _, pick


@dataclass(frozen=True)
class Rung:
    """Points that can be chosen with one key.

    Attributes:
        description: what an answer must be like; empty for a check.
    """

    points: float
    title: str
    description: str = ""


@dataclass(frozen=True)
class Asked:
    """A question of the answer: a check, or what a reviewer awards.

    Attributes:
        earned: with what people have decided.
        mark: a sign for what the check found; empty for a review.
        meaning: the same in words.
        story: what happened, as a part of a page; empty where there is nothing to tell.
        rungs: what is usually given.
        decision: the last one, also where it says that the check decides again.
        is_outdated: whether the answer was changed since.
    """

    key: QuestionKey
    title: str
    earned: float
    points: float
    mark: str
    meaning: str
    story: Markup
    rungs: tuple[Rung, ...]
    decision: DecisionRow | None
    is_outdated: bool

    @property
    def name(self) -> str:
        """What it is called on the page."""
        return f"{self.key.kind}-{self.key.id}"

    @property
    def seen(self) -> int:
        """The number of the last decision."""
        return self.decision.number if self.decision else 0


@dataclass(frozen=True)
class Part:
    """A criterion with its questions."""

    title: str
    earned: float
    points: float
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class JudgedAnswer:
    """Everything that is shown of an answer.

    Attributes:
        title: of the exercise.
        parts: in the order of the rubric.
        files: none when the gradebook does not have them.
        submission: a digest of them; empty when nothing was handed in.
    """

    mark: Mark
    title: str
    parts: tuple[Part, ...]
    files: tuple[ShownFile, ...]

    @property
    def submission(self) -> str:
        """What is judged."""
        return self.mark.shown.submission if self.mark.shown else ""

    @property
    def history(self) -> list[DecisionRow]:
        """All decisions, the last one first."""
        return list(reversed(self.mark.decisions))

    def question(self, key: QuestionKey | None) -> Asked | None:
        """The question with this key; None when there is none."""
        return next((each for each in self.questions if each.key == key), None)

    @property
    def questions(self) -> Iterator[Asked]:
        """All questions."""
        return (each for part in self.parts for each in part.questions)


def read_answer(
    course: Course, book: Gradebook, mark: Mark, only: QuestionKey | None
) -> JudgedAnswer | None:
    """The answer of a mark, with all its questions or with one; None for what has no rubric."""
    result = graded_result(course, book, mark)
    if result is None:
        return None
    judged = judge(result, mark.decisions, mark.outdated)
    reader = _Reader(mark, _rubric(course, mark.exercise))
    parts = (
        reader.part(*pair, only) for pair in zip(result.criteria, judged.criteria, strict=True)
    )
    files = shown_files(KeptFiles(book).of(mark.shown.submission)) if mark.shown else ()
    return JudgedAnswer(
        mark, _title(course, result), tuple(each for each in parts if each.questions), tuple(files)
    )


class _Reader:
    def __init__(self, mark: Mark, measured: Rubric | None) -> None:
        self._mark = mark
        self._decisions = current(mark.decisions)
        self._measured = measured

    def part(
        self, graded: CriterionResult, judged: CriterionResult, only: QuestionKey | None
    ) -> Part:
        questions = [self._check(*pair) for pair in zip(graded.checks, judged.checks, strict=True)]
        if graded.kind == "reviewed":
            questions.append(self._review(judged))
        return Part(
            self._criterion_title(judged),
            judged.earned,
            judged.points,
            tuple(each for each in questions if only in (None, each.key)),
        )

    def _check(self, graded: CheckResult, judged: CheckResult) -> Asked:
        known = self._measured.checks.get(graded.id) if self._measured else None
        return self._asked(
            QuestionKey("check", graded.id),
            title=pick(known.title) if known else graded.title,
            earned=judged.earned,
            points=graded.points,
            mark=MARKS[graded.outcome],
            meaning=meanings()[graded.outcome],
            story=_story(graded),
            rungs=(Rung(graded.points, _("all points")), Rung(0.0, _("no points"))),
        )

    def _review(self, judged: CriterionResult) -> Asked:
        criteria = self._measured.criteria if self._measured else ()
        levels = [level for each in criteria if each.id == judged.id for level in each.levels]
        return self._asked(
            QuestionKey("review", judged.id),
            title=_("Review of “{title}”").format(title=self._criterion_title(judged)),
            earned=judged.awarded,
            points=judged.reviewable,
            mark="",
            meaning="",
            story=Markup(""),
            rungs=tuple(
                Rung(level.points, pick(level.title), pick(level.description))
                for level in sorted(levels, key=lambda level: -level.points)
            ),
        )

    def _asked(
        self,
        key: QuestionKey,
        *,
        title: str,
        earned: float,
        points: float,
        mark: str,
        meaning: str,
        story: Markup,
        rungs: tuple[Rung, ...],
    ) -> Asked:
        is_outdated = key in self._mark.outdated
        decision = self._decisions.get(key)
        return Asked(key, title, earned, points, mark, meaning, story, rungs, decision, is_outdated)

    def _criterion_title(self, criterion: CriterionResult) -> str:
        known = self._measured.criteria if self._measured else ()
        titles = (pick(each.title) for each in known if each.id == criterion.id)
        return next(titles, criterion.title)


def _rubric(course: Course, slug: str) -> Rubric | None:
    """The rubric as it is now; None when the course has it no more."""
    try:
        return rubric.load(course.grader(slug))
    except (HooklabError, OSError):
        return None


def _title(course: Course, result: ExerciseResult) -> str:
    titles = (pick(each.title) for each in course.exercises if each.slug == result.slug)
    return next(titles, result.title)


def _story(check: CheckResult) -> Markup:
    """What is known of a check, as reports show it: all text in it was escaped there."""
    if not check.message or check.outcome == "not_tried":
        return Markup("")
    root = Element("div")
    add_check(root, f"story-{check.id}", check, meanings()[check.outcome])
    # Its title stands on the page already.
    root[0].remove(root[0][0])
    return Markup(visible(tostring(root[0], encoding="unicode", method="html")))  # noqa: S704
