"""A Clerk instance on a clock that only the test moves."""

from datetime import UTC, datetime, timedelta

import pytest

from hooklab.sender import Clerk

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        self.time += timedelta(**duration)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def clerk(clock):
    return Clerk(seed=7, now=clock)
