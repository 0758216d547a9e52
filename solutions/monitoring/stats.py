"""The figures and the list: TODO 3 and 4. Lesson: course/*/lessons/monitoring.md"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, literal, tuple_
from sqlmodel import Session, col, func, select

from .models import FAILED, UtcDateTime, WebhookLog

# not in the skeleton
_START = datetime(1970, 1, 1, tzinfo=UTC)

# not in the skeleton
_LONGEST = 17
"""So many digits have the microseconds of the year 5000."""


@dataclass(frozen=True)
class Filter:
    """Which webhooks are meant.

    Attributes:
        start: the first day, in `zone`; None for no limit.
        end: the day after the last one; None for no limit.
        type: only this type; None for all.
        zone: where days begin at midnight.
    """

    start: date | None
    end: date | None
    type: str | None
    zone: ZoneInfo

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter as conditions on `WebhookLog`, which an index can answer."""
        # answer 3, first half: each day begins at its midnight.
        found: list[ColumnElement[bool]] = []
        if self.start:
            found.append(col(WebhookLog.received_at) >= _midnight(self.start, self.zone))
        if self.end:
            found.append(col(WebhookLog.received_at) < _midnight(self.end, self.zone))
        if self.type:
            found.append(col(WebhookLog.type) == self.type)
        return found


@dataclass(frozen=True)
class Slice:
    """A part of the list, the newest first.

    Attributes:
        deliveries: the rows.
        next: the cursor of what follows; None when nothing does.
    """

    deliveries: list[WebhookLog]
    next: str | None


def figures(session: Session, chosen: Filter) -> dict[str, Any]:
    """The figures of the statement about the webhooks of `chosen`, in a few queries."""
    # answer 3, second half: let the database count and sort.
    by_type: dict[str, int] = {}
    failed = 0
    milliseconds = 0.0
    groups = (
        select(WebhookLog.type, WebhookLog.status, func.count(), func.sum(WebhookLog.duration_ms))
        .where(*chosen.conditions())
        .group_by(col(WebhookLog.type), col(WebhookLog.status))
    )
    for type_, status, count, duration in session.exec(groups):
        by_type[type_] = by_type.get(type_, 0) + count
        failed += count if status == FAILED else 0
        milliseconds += duration
    total = sum(by_type.values())
    return {
        "total": total,
        "by_type": by_type,
        "failed": failed,
        "success_rate": (total - failed) / total if total else None,
        "duration_ms": {
            "mean": milliseconds / total if total else None,
            "p95": _percentile(session, chosen, total, 95),
        },
    }


def deliveries(session: Session, chosen: Filter, limit: int, after: str | None) -> Slice:
    """At most `limit` webhooks of `chosen`, those that follow the cursor `after`.

    Newer webhooks that arrive in the meantime shift nothing. A cursor that never was one raises
    ValueError.
    """
    # answer 4: go on from a place, not from a number of rows.
    place = (col(WebhookLog.received_at), col(WebhookLog.id))
    query = select(WebhookLog).where(*chosen.conditions())
    if after is not None:
        at, number = _read_cursor(after)
        query = query.where(tuple_(*place) < tuple_(literal(at, UtcDateTime), literal(number)))
    # One more than asked for tells whether there is more.
    query = query.order_by(*(column.desc() for column in place)).limit(limit + 1)
    rows = list(session.exec(query))
    shown = rows[:limit]
    return Slice(shown, _cursor(shown[-1]) if len(rows) > limit else None)


def types(session: Session) -> list[str]:
    """Every type that has come so far."""
    # Given: from type to type through the index, however many rows there are of each.
    found: list[str] = []
    query = select(func.min(WebhookLog.type))
    while (type_ := session.exec(query).one()) is not None and len(found) < 50:
        found.append(type_)
        query = select(func.min(WebhookLog.type)).where(col(WebhookLog.type) > type_)
    return found


# not in the skeleton
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


# not in the skeleton
def _percentile(session: Session, chosen: Filter, total: int, percent: int) -> float | None:
    """The nearest rank: the smallest duration that so many percent do not exceed."""
    if not total:
        return None
    rank = -(-total * percent // 100)
    query = (
        select(WebhookLog.duration_ms)
        .where(*chosen.conditions())
        .order_by(col(WebhookLog.duration_ms))
        .offset(rank - 1)
        .limit(1)
    )
    return session.exec(query).one_or_none()


# not in the skeleton
def _cursor(row: WebhookLog) -> str:
    return f"{(row.received_at - _START) // timedelta(microseconds=1)}-{row.id}"


# not in the skeleton
def _read_cursor(text: str) -> tuple[datetime, int]:
    microseconds, _, number = text.partition("-")
    if max(len(microseconds), len(number)) > _LONGEST:
        raise ValueError("no number of ours has so many digits")
    return _START + timedelta(microseconds=int(microseconds)), int(number)
