"""When answers are due, and what it costs to be late.

In `graders/course.toml`: `[deadlines]`, an instant for each exercise, and the rule in `[late]`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from hooklab.texts import _
from hooklab.toml import Table

_EXAMPLE = "2026-10-05T23:59:00+02:00"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """What lateness costs. Each is a whole number.

    Attributes:
        percent_per_day: of the points of the exercise, for each day that has begun; 0 for nothing.
        most_percent: of the points of the exercise, at most.
        grace_minutes: how much later an answer may come and not be late.
    """

    percent_per_day: int = 0
    most_percent: int = 100
    grace_minutes: int = 0


@dataclass(frozen=True)
class Lateness:
    """The deadlines of a course, and its rule.

    Attributes:
        due: by slug; an exercise without a deadline is never late.
    """

    due: Mapping[str, datetime] = field(default_factory=dict)
    rule: Rule = Rule()

    def days(self, slug: str, at: datetime) -> int:
        """By how many days, each that has begun, an answer of that time is late."""
        due = self.due.get(slug)
        if due is None or at <= due + timedelta(minutes=self.rule.grace_minutes):
            return 0
        return -((due - at) // _DAY)

    def cost(self, days: int, points: float) -> float:
        """How many of the `points` of an exercise an answer loses that is so many days late."""
        percent = min(self.rule.percent_per_day * days, self.rule.most_percent)
        return round(points * percent / 100, 2)


ON_TIME = Lateness()


def read_lateness(deadlines: Table, late: Table, slugs: Collection[str]) -> Lateness:
    """The deadlines and the rule in these tables.

    Args:
        slugs: the exercises that there are.

    Raises:
        HooklabError: an exercise is unknown, a deadline is no instant, a number cannot be.
    """
    deadlines.only(*slugs)
    names = [each.name for each in fields(Rule)]
    late.only(*names)
    rule = Rule(**{name: _number(late, name) for name in names})
    return Lateness({slug: _instant(deadlines, slug) for slug in deadlines.values}, rule)


def _instant(table: Table, slug: str) -> datetime:
    value = table.values[slug]
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise table.refuse(
            _("“{key}” is {value!r}").format(key=slug, value=str(value)),
            _("write date, time and the offset from UTC, without quotes: {example}").format(
                example=_EXAMPLE
            ),
        )
    return value


def _number(table: Table, name: str) -> int:
    number: int = table.get(name, int, getattr(Rule, name))
    most = 100 if name.startswith(("percent", "most")) else 24 * 60
    if not 0 <= number <= most:
        raise table.refuse(
            _("“{key}” is {value!r}").format(key=name, value=number),
            _("write a whole number from 0 to {most}").format(most=most),
        )
    return number
