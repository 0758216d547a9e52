"""The tables of a gradebook. Each change of them is a step in `migrations/versions`."""

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

Status = Literal["graded", "not_started", "could_not_grade", "refused"]
"""What became of an answer: it has a grade; nobody has begun it; the machine failed; it was not
what can be graded.
"""

DecisionKind = Literal["check", "review"]
"""What a person decides about: the points of a check, or those that a reviewer awards."""

# With the others an earlier grade stays.
COUNTS: tuple[Status, ...] = ("graded", "not_started")

# What a result holds for: with all of these the same, nothing needs to be graded again.
GROUND = ("submission", "rubric", "grader", "engine", "language")


class Instant(TypeDecorator[datetime]):
    """A time in UTC: SQLite keeps no offset, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The time as the engine uses it."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class BookTable(SQLModel, registry=registry()):
    """A table of a gradebook; they have nothing to do with the tables of answers."""


class LearnerRow(BookTable, table=True):
    """Somebody whose work is in the gradebook, or who is in its roster."""

    __tablename__ = "learner"

    id: str = Field(primary_key=True)
    name: str
    language: str


class RunRow(BookTable, table=True):
    """One time that a class was graded; it may have been interrupted and gone on with.

    Attributes:
        folder: what was graded.
        slugs: the exercises that were named, with blanks between them; “slug/check” where one check
            was graded again.
        seed: of all its results.
        finished_at: None while something of it is still to be graded.
        is_proposal: whether its results count for nothing until somebody accepts them.
    """

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    folder: str
    slugs: str
    seed: int = Field(sa_type=BigInteger)
    started_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    is_proposal: bool = False


class ResultRow(BookTable, table=True):
    """What became of a learner's answer to an exercise in one run.

    Attributes:
        exercise: its slug; empty when a whole upload was refused.
        status: see `Status`.
        reason: why it has no grade, or what was left out of the upload.
        submission: a digest of what was graded.
        rubric: a digest of the rubric.
        grader: a digest of all that grades, the rubric too.
        engine: the version of the kit.
        tier: how the app was kept apart, see `hooklab.worker.isolation`.
        language: of the texts in the scorecard.
        scorecard: as `reports/scorecard.schema.json` says, and the losses; None without one.
    """

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("run_id", "learner", "exercise", *GROUND),
        Index("result_of", "learner", "exercise"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id")
    learner: str = Field(foreign_key="learner.id")
    exercise: str
    status: Status = Field(sa_column=Column(String, nullable=False))
    reason: str = ""
    earned: float = 0.0
    points: float = 0.0
    submission: str = ""
    rubric: str = ""
    grader: str = ""
    engine: str = ""
    seed: int = Field(default=0, sa_type=BigInteger)
    tier: str = ""
    language: str = ""
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    graded_at: datetime = Field(sa_type=Instant)
    scorecard: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )

    @property
    def counts(self) -> bool:
        """Whether it is a grade."""
        return self.status in COUNTS

    @property
    def ground(self) -> tuple[str, ...]:
        """What it holds for."""
        return tuple(getattr(self, name) for name in GROUND)


class DecisionRow(BookTable, table=True):
    """What a person has decided about the points of a question in a learner's answer.

    No decision is ever changed: a later one of the same question takes its place, and the earlier
    ones are its history. Two people cannot take the same `number`, so nobody decides unawares
    about what somebody else has just decided.

    Attributes:
        kind: see `DecisionKind`.
        question: the id of the check, or of the reviewed criterion.
        number: 1 for the first decision of this question, and so on.
        points: what the answer gets; None when what the checks say holds again.
        reason: what the learner is told.
        by: who decided.
        submission: a digest of what they had read; empty when nothing was handed in.
    """

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("learner", "exercise", "kind", "question", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    learner: str = Field(foreign_key="learner.id")
    exercise: str
    kind: DecisionKind = Field(sa_column=Column(String, nullable=False))
    question: str
    number: int
    points: float | None = None
    reason: str
    by: str
    at: datetime = Field(sa_type=Instant)
    submission: str = ""


class FileRow(BookTable, table=True):
    """A file that somebody has handed in, for people to read.

    Attributes:
        submission: a digest of all files of the answer, as in `ResultRow`.
        name: below the exercise's folder.
        size: in bytes.
        content: its bytes, of a long one the first.
    """

    __tablename__ = "file"

    submission: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    size: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
