"""Hours and days of a time zone: TODO 4. Lesson: course/*/lessons/analytics.md"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)


def moment(at: int, zone: ZoneInfo) -> datetime:
    """Return a time that Clerk gives in milliseconds since 1970, in the zone. Given."""
    return datetime.fromtimestamp(at / 1000, zone)


def milliseconds(when: datetime) -> int:
    """Return an aware time in milliseconds since 1970. Given."""
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def beginning_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of the day in the zone. Given."""
    # Through UTC and back: where clocks skip midnight, the day begins at one.
    return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone)


def hours_of(day: date, zone: ZoneInfo) -> list[datetime]:
    """Return the beginning of each hour of the day, and as the last element the day's end.

    A day has 24 hours, or 23 or 25 when the clocks are changed.
    """
    # answer 4: from the beginning of the day to that of the next.
    end = beginning_of(day + timedelta(days=1), zone)
    return [*_hours(beginning_of(day, zone), end, zone), end]


def last_hours(now: datetime, zone: ZoneInfo, count: int = 24) -> list[datetime]:
    """Return the beginnings of the `count` last hours, the present one included, and its end.

    Hours begin when the zone's clocks show a full one.
    """
    # answer 4: when did the present hour begin in the zone?
    local = now.astimezone(zone)
    begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    end = local.astimezone(UTC) - begun + HOUR
    return [*_hours(end - count * HOUR, end, zone), end.astimezone(zone)]


def days_until(day: date, zone: ZoneInfo, count: int = 30) -> list[datetime]:
    """Return the beginnings of the `count` days that end with `day`, and its end. Given."""
    first = day - timedelta(days=count - 1)
    return [beginning_of(first + timedelta(days=n), zone) for n in range(count + 1)]


def tally(periods: Sequence[datetime], events: Iterable[tuple[int, int]]) -> list[int]:
    """Return how much happened in each period.

    Args:
        periods: where each begins, and the end of the last one.
        events: pairs of a time in milliseconds since 1970, and how often something happened then.
    """
    # answer 4: find the period of each event.
    edges = [milliseconds(each) for each in periods]
    counts = [0] * (len(edges) - 1)
    for at, count in events:
        place = bisect_right(edges, at) - 1
        if 0 <= place < len(counts):
            counts[place] += count
    return counts


def _hours(begin: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    # answer 4, begin here: each full hour from begin on, before end.
    # In UTC an hour is an hour: adding to a local time moves the hands of the clock instead.
    beginnings, at = [], begin.astimezone(UTC)
    while at < end:
        beginnings.append(at.astimezone(zone))
        at += HOUR
    return beginnings
