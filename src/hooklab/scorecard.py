"""What grading found: the one result that every report is made from."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from hooklab.story import Story

SCHEMA = "hooklab/scorecard/v1"

Outcome = Literal["earned", "not_earned", "not_tried", "could_not_grade"]


@dataclass(frozen=True)
class Loss:
    """How a check was lost, in the parts from which a picture is made; `message` says all in words.

    Attributes:
        wanted: what was wanted; empty when nobody knows.
        happened: what was there instead.
        story: what was done, when an app ran for it.
        is_without_app: whether something other than an open TODO has kept the app from starting.
        command: opens the lab with the same done there; "" where nobody could type it.
    """

    wanted: str
    happened: str
    story: Story | None = None
    is_without_app: bool = False
    command: str = ""


@dataclass(frozen=True)
class CheckResult:
    """What became of one check.

    Attributes:
        outcome: only "earned" earns points.
        message: for any other outcome, what was sent, what happened, what was wanted; for "earned"
            what the check has noted, mostly nothing.
        hint: where to look, from the rubric; empty when earned.
        seconds: real time spent.
        loss: how it was lost; None when it is earned or was not tried.
    """

    id: str
    title: str
    earned: float
    points: float
    outcome: Outcome
    message: str
    hint: str
    seconds: float
    loss: Loss | None = None


@dataclass(frozen=True)
class Review:
    """What a person thinks that a written answer is worth.

    Attributes:
        comment: what they say about it.
        by: who they are.
        outdated: whether the answer was changed since.
        counts: False for a learner's opinion of their own answer.
    """

    points: float
    comment: str
    by: str
    outdated: bool
    counts: bool


@dataclass(frozen=True)
class CriterionResult:
    """A line of the scorecard; what a person awards comes once they have read the answer."""

    id: str
    title: str
    earned: float
    points: float
    kind: str
    checks: tuple[CheckResult, ...]
    review: Review | None = None

    @property
    def waits(self) -> bool:
        """Whether a reviewer's decision is still to come."""
        return self.kind == "reviewed" and not (self.review and self.review.counts)

    @property
    def reviewable(self) -> float:
        """What a person can award: the points that no check awards."""
        return self.points - sum(check.points for check in self.checks)

    @property
    def awarded(self) -> float:
        """What a person has awarded so far."""
        return self.earned - sum(check.earned for check in self.checks)


@dataclass(frozen=True)
class ExerciseResult:
    """The score of one exercise; `points` is the rubric's total, whatever ran."""

    slug: str
    title: str
    earned: float
    points: float
    criteria: tuple[CriterionResult, ...]

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Every check in rubric order."""
        return tuple(check for criterion in self.criteria for check in criterion.checks)

    @property
    def waiting(self) -> float:
        """Points that a reviewer may still award: of what has been started."""
        if self.is_untouched:
            return 0.0
        return sum(each.reviewable for each in self.criteria if each.waits)

    @property
    def is_complete(self) -> bool:
        """Whether every check is earned; what a person awards is another matter."""
        return all(check.outcome == "earned" for check in self.checks)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing has been started, so that no check was tried at all."""
        return bool(self.checks) and all(check.outcome == "not_tried" for check in self.checks)


@dataclass(frozen=True)
class Scorecard:
    """One grading run.

    Attributes:
        engine: the version of the kit.
        isolation: the tier that was in force, see `hooklab.worker.isolation`: such as "landlock-7"
            (a wall around the app), "process" (a process of its own), or "debug" (breakpoints work,
            the grade does not count).
        seed: gives the same people, delays and order again.
    """

    engine: str
    isolation: str
    seed: int
    exercises: tuple[ExerciseResult, ...]

    @property
    def earned(self) -> float:
        """Points earned in all exercises."""
        return sum(exercise.earned for exercise in self.exercises)

    @property
    def points(self) -> float:
        """Points possible in all exercises."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def waiting(self) -> float:
        """Points that reviewers may still award."""
        return sum(exercise.waiting for exercise in self.exercises)

    @property
    def is_complete(self) -> bool:
        """Whether every check of every exercise is earned."""
        return all(exercise.is_complete for exercise in self.exercises)

    def plain(self) -> dict[str, Any]:
        """As plain data, in the shape of `reports/scorecard.schema.json`."""
        return {"schema": SCHEMA, **asdict(self, dict_factory=_public)}


def _public(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """A record without its `loss`, which `message` tells in words."""
    return {name: value for name, value in fields if name != "loss"}
