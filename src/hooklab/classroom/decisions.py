"""What people have decided about points, in the gradebook: whole, with its history."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from hooklab.classroom.book_tables import DecisionKind, DecisionRow
from hooklab.classroom.gradebook import Gradebook

Place = tuple[str, str]
"""A learner's id and the slug of an exercise."""


@dataclass(frozen=True)
class QuestionKey:
    """A part of an exercise that a person can give points for.

    Attributes:
        kind: see `DecisionKind`.
        id: of the check, or of the reviewed criterion.
    """

    kind: DecisionKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Overtaken(Exception):
    """Somebody else has decided in the meantime.

    Attributes:
        latest: what they have decided; None when it was withdrawn from the gradebook.
    """

    def __init__(self, latest: DecisionRow | None) -> None:
        super().__init__("somebody else has decided in the meantime")
        self.latest = latest


class Decisions:
    """The decisions in a gradebook."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book

    def all(self) -> dict[Place, list[DecisionRow]]:
        """Every decision, by the answer that it is about, the first ones first."""
        found: dict[Place, list[DecisionRow]] = defaultdict(list)
        with self._book.reading() as session:
            for row in session.exec(select(DecisionRow).order_by(col(DecisionRow.id))):
                found[row.learner, row.exercise].append(row)
        return found

    def add(self, row: DecisionRow) -> None:
        """Keep a decision, which has the number after the one that its author has seen.

        Raises:
            Overtaken: there is another one with this number, or none with the number before.
        """
        same = select(DecisionRow).where(
            DecisionRow.learner == row.learner,
            DecisionRow.exercise == row.exercise,
            DecisionRow.kind == row.kind,
            DecisionRow.question == row.question,
        )
        latest = same.order_by(col(DecisionRow.number).desc())
        # On PostgreSQL both may look before either writes: then one of them cannot.
        with suppress(IntegrityError), self._book.writing() as session:
            before = session.exec(latest).first()
            if row.number == (before.number if before else 0) + 1:
                session.add(row)
        with self._book.reading() as session:
            now = session.exec(latest).first()
        if now is None or now.id != row.id:
            raise Overtaken(now)


def current(decisions: Iterable[DecisionRow]) -> dict[QuestionKey, DecisionRow]:
    """The last decision of each question, also where it says that the checks decide again."""
    return {QuestionKey(each.kind, each.question): each for each in decisions}


def in_force(decisions: Iterable[DecisionRow]) -> dict[QuestionKey, DecisionRow]:
    """The decisions that count."""
    latest = current(decisions).items()
    return {question: each for question, each in latest if each.points is not None}


def deciders(decisions: Sequence[DecisionRow]) -> list[str]:
    """The names of those whose decisions count."""
    return sorted({each.by for each in in_force(decisions).values()})
