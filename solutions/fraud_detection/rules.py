"""The rules, pure functions of a history: TODO 3. Lesson: course/*/lessons/fraud_detection.md"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from .history import History
from .models import SessionLog
from .settings import Settings

Rule = Callable[[History, Settings], bool]


def many_countries(history: History, settings: Settings) -> bool:
    """More than `fraud_max_countries` countries in less than `fraud_countries_hours`."""
    # answer 3: count the countries of each of the groups().
    span = timedelta(hours=settings.fraud_countries_hours)
    return any(
        len({each.country for each in group if each.country}) > settings.fraud_max_countries
        for group in groups(history, span)
    )


def many_sessions(history: History, settings: Settings) -> bool:
    """More than `fraud_max_sessions` sessions in less than `fraud_sessions_minutes`."""
    # answer 3: the same with sessions.
    span = timedelta(minutes=settings.fraud_sessions_minutes)
    return any(len(group) > settings.fraud_max_sessions for group in groups(history, span))


def new_country(history: History, settings: Settings) -> bool:  # noqa: ARG001 - all are called alike
    """A country that is known, and is none of those that earlier sessions came from."""
    # answer 3: history knows the countries before.
    country, before = history.login.country, history.countries_before
    # Somebody who was nowhere before has not gone anywhere.
    return bool(country and before) and country not in before


def long_absence(history: History, settings: Settings) -> bool:
    """The session before this one began more than `fraud_absence_days` earlier."""
    # answer 3: history knows when the session before began.
    if history.previous_at is None:
        return False
    absence = timedelta(milliseconds=history.login.created_at - history.previous_at)
    return absence > timedelta(days=settings.fraud_absence_days)


# answer 3: add the other rules by their names, each once it is written.
#: RULES: dict[str, Rule] = {
#:     "many_countries": many_countries,
#: }
RULES: dict[str, Rule] = {
    "many_countries": many_countries,
    "many_sessions": many_sessions,
    "new_country": new_country,
    "long_absence": long_absence,
}


def broken(history: History, settings: Settings) -> list[str]:
    """The names of the rules that the session breaks, without those in `fraud_rules_off`.

    The names in that setting are separated by commas; spaces around them mean nothing.
    """
    # answer 3: ask each rule of RULES that is not off.
    off = {name.strip() for name in settings.fraud_rules_off.split(",")}
    return [name for name, rule in RULES.items() if name not in off and rule(history, settings)]


def groups(history: History, span: timedelta) -> Iterator[list[SessionLog]]:
    """The sessions nearby in each window that is shorter than `span` and holds the login.

    A session that comes late may complete a window that ends after it: there is one group for
    the login itself, and one for each later session that is near enough.
    """
    # answer 3: one window for each session that can be its last.
    began, length = history.login.created_at, span // timedelta(milliseconds=1)
    for last in history.nearby:
        if began <= last.created_at < began + length:
            yield [
                each
                for each in history.nearby
                if last.created_at - length < each.created_at <= last.created_at
            ]
