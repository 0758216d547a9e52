"""What an instructor has sent: points and a reason for one question, or their withdrawal."""

from dataclasses import dataclass, replace

from hooklab.classroom.book_tables import DecisionRow
from hooklab.classroom.desk.place import AnswerPlace
from hooklab.classroom.desk.read_answer import Asked
from hooklab.classroom.gradebook import now
from hooklab.errors import HooklabError
from hooklab.texts import _, number

# More than anyone reads.
MOST_LETTERS = 5000
OTHER = "other"


@dataclass(frozen=True)
class Draft:
    """What was typed, as it was typed.

    Attributes:
        seen: the number of the last decision that its author has seen.
        submission: a digest of what they had read.
        level: the points of a rung, or `OTHER`.
        points: with `OTHER`, how many.
        withdraws: whether the checks shall decide again.
    """

    seen: int
    submission: str
    level: str
    points: str
    reason: str
    withdraws: bool

    def after(self, latest: DecisionRow | None) -> "Draft":
        """The same, by someone who has seen `latest`."""
        return replace(self, seen=latest.number if latest else 0)

    @property
    def typed(self) -> str:
        """The points that are meant."""
        return self.points if self.level == OTHER else self.level


def draft_of(asked: Asked, submission: str) -> Draft:
    """What a form shows before anyone has typed anything."""
    decision = asked.decision
    if decision is None or decision.points is None:
        return Draft(asked.seen, submission, "", "", "", withdraws=False)
    rungs = [f"{each.points:g}" for each in asked.rungs]
    points = f"{decision.points:g}"
    level, other = (points, "") if points in rungs else (OTHER, points)
    return Draft(asked.seen, submission, level, other, decision.reason, withdraws=False)


def decide(draft: Draft, asked: Asked, place: AnswerPlace, by: str) -> DecisionRow:
    """The decision that was sent; HooklabError says what is wrong with it."""
    reason = draft.reason.strip().replace("\r\n", "\n").replace("\0", "\ufffd")
    if not reason:
        raise HooklabError(
            _("the reason is missing"), _("say why: the learner and your colleagues read it")
        )
    if len(reason) > MOST_LETTERS:
        raise HooklabError(
            _("the reason is longer than {most} letters").format(most=number(MOST_LETTERS)),
            _("shorten it"),
        )
    return DecisionRow(
        learner=place.learner,
        exercise=place.exercise,
        kind=asked.key.kind,
        question=asked.key.id,
        number=draft.seen + 1,
        points=None if draft.withdraws else _points(draft.typed, asked.points),
        reason=reason,
        by=by,
        at=now(),
        submission=draft.submission,
    )


def _points(typed: str, most: float) -> float:
    try:
        # French has a comma there.
        points = float(typed.strip().replace(",", "."))
    except ValueError:
        points = -1.0
    if not (0 <= points <= most and points * 2 == int(points * 2)):
        raise HooklabError(
            _("“{points}” points cannot be given").format(points=typed)
            if typed.strip()
            else _("no points are given"),
            _("give a multiple of 0.5 up to {most}").format(most=number(most)),
        )
    return points
