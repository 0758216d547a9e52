"""The rules, pure functions of a history: TODO 3. Lesson: course/*/lessons/fraud_detection.md"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from .history import History
from .models import SessionLog
from .settings import Settings

Rule = Callable[[History, Settings], bool]


def many_countries(history: History, settings: Settings) -> bool:
    """More than `fraud_max_countries` countries in less than `fraud_countries_hours`."""
    # TODO 3: count the countries of each of the groups().
    raise NotImplementedError("many_countries(): TODO 3 is still open, in rules.py")


def many_sessions(history: History, settings: Settings) -> bool:
    """More than `fraud_max_sessions` sessions in less than `fraud_sessions_minutes`."""
    # TODO 3: the same with sessions.
    raise NotImplementedError("many_sessions(): TODO 3 is still open, in rules.py")


def new_country(history: History, settings: Settings) -> bool:
    """A country that is known, and is none of those that earlier sessions came from."""
    # TODO 3: history knows the countries before.
    raise NotImplementedError("new_country(): TODO 3 is still open, in rules.py")


def long_absence(history: History, settings: Settings) -> bool:
    """The session before this one began more than `fraud_absence_days` earlier."""
    # TODO 3: history knows when the session before began.
    raise NotImplementedError("long_absence(): TODO 3 is still open, in rules.py")


# TODO 3: add the other rules by their names, each once it is written.
RULES: dict[str, Rule] = {
    "many_countries": many_countries,
}


def broken(history: History, settings: Settings) -> list[str]:
    """The names of the rules that the session breaks, without those in `fraud_rules_off`.

    The names in that setting are separated by commas; spaces around them mean nothing.
    """
    # TODO 3: ask each rule of RULES that is not off.
    raise NotImplementedError("broken(): TODO 3 is still open, in rules.py")


def groups(history: History, span: timedelta) -> Iterator[list[SessionLog]]:
    """The sessions nearby in each window that is shorter than `span` and holds the login.

    A session that comes late may complete a window that ends after it: there is one group for
    the login itself, and one for each later session that is near enough.
    """
    # TODO 3: one window for each session that can be its last.
    raise NotImplementedError("groups(): TODO 3 is still open, in rules.py")
