"""Tell "not given" from None, because None is a value that Clerk sends."""

from enum import Enum
from typing import Final, TypeVar

_T = TypeVar("_T")


class NotGiven(Enum):
    """The type of NOT_GIVEN, so that a type checker can follow it."""

    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven.NOT_GIVEN


def given(value: _T | NotGiven, default: _T) -> _T:
    """Return `value`, or `default` when the caller did not give one."""
    return default if isinstance(value, NotGiven) else value
