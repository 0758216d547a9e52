"""The figures and the list: TODO 3 and 4. Lesson: course/*/lessons/monitoring.md"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from .models import FAILED, WebhookLog


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
    by_type: dict[str, int] = {}
    failed = 0
    milliseconds = 0.0
    for row in session.exec(select(WebhookLog).where(*chosen.conditions())).all():
        by_type[row.type] = by_type.get(row.type, 0) + 1
        failed += 1 if row.status == FAILED else 0
        milliseconds += row.duration_ms
    total = sum(by_type.values())
    return {
        "total": total,
        "by_type": by_type,
        "failed": failed,
        "success_rate": (total - failed) / total if total else 0,
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
    page = int(after or 1)
    query = select(WebhookLog).where(*chosen.conditions())
    query = query.order_by(col(WebhookLog.received_at).desc())
    rows = list(session.exec(query.offset((page - 1) * limit).limit(limit + 1)))
    return Slice(rows[:limit], str(page + 1) if len(rows) > limit else None)


def types(session: Session) -> list[str]:
    """Every type that has come so far."""
    # Given: from type to type through the index, however many rows there are of each.
    found: list[str] = []
    query = select(func.min(WebhookLog.type))
    while (type_ := session.exec(query).one()) is not None and len(found) < 50:
        found.append(type_)
        query = select(func.min(WebhookLog.type)).where(col(WebhookLog.type) > type_)
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


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
