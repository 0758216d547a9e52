"""Where an instructor is: which part of the class they look at, and which answer of it."""

from typing import Any, Literal, Self
from urllib.parse import urlencode

from pydantic import BaseModel, field_validator

from hooklab.classroom.book_tables import DecisionKind
from hooklab.classroom.decisions import QuestionKey

Order = Literal["learner", "exercise", "points", "status", "lost"]

_KINDS: tuple[DecisionKind, ...] = ("check", "review")


class Selection(BaseModel):
    """Which lines of the class are shown, and in which order; it is the query of an address.

    Attributes:
        find: a part of a learner's id or name.
        only: the slug of an exercise.
        state: a status, or a flag.
        lost: the id of a check that was lost.
        sort: by what.
        down: whether the largest comes first.
        page: from 1.
    """

    find: str = ""
    only: str = ""
    state: str = ""
    lost: str = ""
    sort: Order = "learner"
    down: bool = False
    page: int = 1

    @field_validator("page")
    @classmethod
    def _from_the_first(cls, page: int) -> int:
        return max(page, 1)

    def query(self, **changes: Any) -> str:
        """As a query, without what is as always."""
        changed = self.model_copy(update=changes)
        values = changed.model_dump(mode="json", exclude_defaults=True)
        return urlencode({key: int(v) if isinstance(v, bool) else v for key, v in values.items()})


class AnswerPlace(Selection):
    """An answer in the class.

    Attributes:
        learner: their id.
        exercise: its slug.
        question: the one that is judged for one learner after the other; empty for all.
    """

    learner: str = ""
    exercise: str = ""
    question: str = ""

    @property
    def asked(self) -> QuestionKey | None:
        """The one question; None for all."""
        return key_of(self.question)

    def at(self, learner: str, exercise: str) -> Self:
        """The same place in another answer."""
        return self.model_copy(update={"learner": learner, "exercise": exercise})


def key_of(text: str) -> QuestionKey | None:
    """The question that is called `text`, such as “check:it_answers”; None for anything else."""
    kind, colon, id_ = text.partition(":")
    return next((QuestionKey(each, id_) for each in _KINDS if colon and each == kind), None)
