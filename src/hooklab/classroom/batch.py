"""Grading a class: what has to be graded, what need not be, and what came of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from hooklab import __version__, rubric
from hooklab.authoring.folders import digest
from hooklab.authoring.ground import ground
from hooklab.catalogue import Course
from hooklab.classroom.book_tables import ResultRow, RunRow, Status
from hooklab.classroom.cards import as_data
from hooklab.classroom.gradebook import Gradebook, now
from hooklab.classroom.graders import Grading, Task
from hooklab.classroom.hand_ins import Collected, HandIn, Refusal
from hooklab.classroom.kept_files import KeptFiles
from hooklab.classroom.likeness import Likeness, likenesses
from hooklab.classroom.marks import MarkStatus
from hooklab.classroom.members import BadUpload
from hooklab.classroom.roster import Learner
from hooklab.grading.not_started import not_started
from hooklab.limits import DEFAULTS
from hooklab.scorecard import Scorecard
from hooklab.texts import speaking
from hooklab.worker.isolation import in_force


@dataclass(frozen=True)
class Twins:
    """Learners who have handed in the same, to the last byte.

    Attributes:
        is_graded_once: not when their feedback is in several languages.
    """

    slug: str
    learners: tuple[str, ...]
    is_graded_once: bool


@dataclass
class Outcome:
    """What came of grading a class.

    Attributes:
        counts: how many answers have which status now, by slug.
        kept: of how many the grade was there already.
        failed: what could not be graded.
        refused: uploads, or parts of them, that cannot be graded.
        twins: equal answers.
        alike: answers that are much alike, whatever their names are.
    """

    counts: dict[str, Counter[MarkStatus]] = field(default_factory=lambda: defaultdict(Counter))
    kept: int = 0
    failed: list[ResultRow] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    twins: list[Twins] = field(default_factory=list)
    alike: list[Likeness] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether everything was graded."""
        return not self.failed and not self.refused


Told = Callable[[ResultRow, float], None]


class Batch:
    """What was found of a class, and what of it is to be graded.

    Args:
        course: whose exercises are graded.
        book: where results are kept.
        run: that they belong to.
        found: what was handed in.
        changed: whether grades of earlier runs hold when nothing has changed since.
    """

    # The checks that are graded; none for all.
    _only: frozenset[str] = frozenset()

    def __init__(
        self, course: Course, book: Gradebook, run: RunRow, found: Collected, *, changed: bool
    ) -> None:
        self._course = course
        self._book = book
        self._run = run
        self._found = found
        self._graders = {slug: self._read(slug) for slug in {each.slug for each in found.hand_ins}}
        self._groups: dict[tuple[str, ...], list[HandIn]] = defaultdict(list)
        self._untouched: list[HandIn] = []
        self.outcome = Outcome(refused=found.refusals, twins=list(_twins(found.hand_ins)))
        self._sort(changed=changed)

    @property
    def total(self) -> int:
        """How many answers there are to grade."""
        return sum(map(len, self._groups.values()))

    def carry_out(self, graders: Grading, told: Told) -> Outcome:
        """Grade, and keep each result as soon as it is there.

        Args:
            told: called with each result that was graded, and with the seconds that it took.
        """
        self._note_refusals()
        self._keep_files()
        for each in self._untouched:
            self._keep([each], *self._untouched_score(each))
        tasks = [Task(each[0], self._run.seed, self._only) for each in self._groups.values()]
        for task, graded in graders.grade(tasks):
            status: Status = "could_not_grade" if graded.failure else "graded"
            group = self._groups[self._key(task.hand_in)]
            for row in self._keep(group, status, graded.card, graded.failure):
                told(row, graded.seconds)
        self.outcome.alike = likenesses(self._course, self._found.hand_ins)
        if not self.outcome.failed:
            self._book.finish(self._run)
        return self.outcome

    def accept(self) -> None:
        """Let a proposal count."""
        self._book.accept(self._run)
        self._drop_refusals()

    def _drop_refusals(self) -> None:
        self._book.drop_refusals({each.learner.id for each in self._found.hand_ins})

    def _sort(self, *, changed: bool) -> None:
        """Find out what has to be graded."""
        done = {
            (row.learner, row.exercise, row.ground): row.status
            for row in self._earlier(changed=changed)
        }
        for each in sorted(self._found.hand_ins, key=lambda each: (each.slug, each.learner.id)):
            row = self._row(each)
            if status := done.get((row.learner, row.exercise, row.ground)):
                self.outcome.kept += 1
                self.outcome.counts[each.slug][status] += 1
            elif each.is_untouched:
                self._untouched.append(each)
            else:
                self._groups[self._key(each)].append(each)

    def _earlier(self, *, changed: bool) -> Iterator[ResultRow]:
        """The grades that hold."""
        if changed:
            # Something came after the grade where the last result is none.
            rows = [each.last for each in self._book.standings().values()]
        else:
            rows = self._book.results(self._run)
        return (row for row in rows if row.counts)

    def _note_refusals(self) -> None:
        if not self._run.is_proposal:
            self._drop_refusals()
        self._book.keep_learners(list(self._found.learners.values()))
        for each in self._found.refusals:
            if each.is_whole and each.learner:
                self._book.keep(
                    ResultRow(
                        run_id=self._run.id or 0,
                        learner=each.learner.id,
                        exercise=each.slug,
                        status="refused",
                        reason=f"{each.place}: {each.why}",
                        engine=__version__,
                        graded_at=now(),
                    )
                )
                self.outcome.counts[each.slug]["refused"] += 1

    def _keep_files(self) -> None:
        """Keep what people will read beside the grades."""
        files = KeptFiles(self._book)
        missing = {each.submission: each for each in self._found.hand_ins}
        for submission in missing.keys() - files.known():
            # One that was changed since is told of when it is graded.
            with suppress(BadUpload):
                files.keep(submission, missing[submission].read())

    def _keep(
        self,
        hand_ins: Sequence[HandIn],
        status: Status,
        card: Scorecard | None,
        failure: str = "",
    ) -> list[ResultRow]:
        """Keep one result for all who have handed in the same."""
        rows = [self._row(each) for each in hand_ins]
        for row in rows:
            row.status, row.reason = status, failure
            row.points = self._graders[row.exercise].points
            if card:
                self._fill(row, card)
            self.outcome.counts[row.exercise][status] += 1
        self._book.keep(*rows)
        if failure:
            self.outcome.failed += rows
        return rows

    def _fill(self, row: ResultRow, card: Scorecard) -> None:
        row.earned, row.tier, row.scorecard = card.earned, card.isolation, as_data(card)

    def _untouched_score(self, hand_in: HandIn) -> tuple[Status, Scorecard]:
        with speaking(hand_in.learner.language):
            exercise = not_started(self._course, hand_in.slug)
        return "not_started", Scorecard(__version__, in_force(), self._run.seed, (exercise,))

    def _row(self, hand_in: HandIn) -> ResultRow:
        grader = self._graders[hand_in.slug]
        return ResultRow(
            run_id=self._run.id or 0,
            learner=hand_in.learner.id,
            exercise=hand_in.slug,
            status="could_not_grade",
            submission=hand_in.submission,
            rubric=grader.rubric,
            grader=grader.all,
            engine=__version__,
            seed=self._run.seed,
            language=hand_in.learner.language,
            submitted_at=hand_in.submitted_at,
            graded_at=now(),
        )

    def _read(self, slug: str) -> "_Grader":
        folder = self._course.grader(slug)
        return _Grader(
            sha256((folder / "rubric.toml").read_bytes()).hexdigest(),
            _grader_digest(self._course, slug),
            rubric.load(folder).points,
        )

    def _key(self, hand_in: HandIn) -> tuple[str, ...]:
        # The words of a scorecard are in one language.
        return (hand_in.slug, hand_in.submission, hand_in.learner.language)


@dataclass(frozen=True)
class _Grader:
    """The digests of a rubric, and of all that grades; the points that there are."""

    rubric: str
    all: str
    points: float


def _grader_digest(course: Course, slug: str) -> str:
    """A digest of all that decides about a grade, but the answer and the engine."""
    found = digest(ground(course, slug))
    if course.limits == DEFAULTS:
        return found
    return sha256(f"{found} {course.limits}".encode()).hexdigest()


def _twins(hand_ins: Sequence[HandIn]) -> Iterator[Twins]:
    groups: dict[tuple[str, str], list[Learner]] = defaultdict(list)
    for each in hand_ins:
        if not each.is_untouched:
            groups[each.slug, each.submission].append(each.learner)
    for (slug, _submission), learners in sorted(groups.items()):
        if len(learners) > 1:
            languages = {each.language for each in learners}
            yield Twins(slug, tuple(sorted(each.id for each in learners)), len(languages) == 1)
