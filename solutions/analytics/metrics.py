"""From facts to figures: TODO 5. Lesson: course/*/lessons/analytics.md"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from .models import IMPERSONATION, LOGIN, FirstAction, Newcomer, SessionOver, SignIn
from .periods import days_until, hours_of, last_hours, milliseconds, tally
from .sources import BY_SERVER, UNKNOWN

QUARTER = 15 * 60 * 1000
"""Milliseconds: in every time zone, hours and days begin at a quarter of an hour of UTC."""

SIGNED_UP = col(Newcomer.source).not_in(BY_SERVER)
"""The condition that somebody came by themselves."""


def summarize(engine: Engine, zone: ZoneInfo, day: date) -> dict[str, Any]:
    """Return everything that `GET /analytics/summary` shows but `live`; see the statement."""
    now = datetime.now(UTC)
    with Session(engine) as session:
        return {
            "time_zone": zone.key,
            "day": day.isoformat(),
            "signups": signups(session, zone, day, now),
            "users": {"by_source": by_source(session)},
            "conversion": conversion(session),
            "logins": logins(session),
            "connected": connected(session, now),
        }


def signups(session: Session, zone: ZoneInfo, day: date, now: datetime) -> dict[str, Any]:
    """Return how many signed up: in all, by the hour of `day` and of the last 24, by the day."""
    hours, last, days = hours_of(day, zone), last_hours(now, zone), days_until(day, zone)
    return {
        "total": session.exec(select(func.count()).select_from(Newcomer).where(SIGNED_UP)).one(),
        "by_hour": _series("start", [each.isoformat() for each in hours], _count(session, hours)),
        "last_24_hours": _series(
            "start", [each.isoformat() for each in last], _count(session, last)
        ),
        "by_day": _series("day", [each.date().isoformat() for each in days], _count(session, days)),
    }


def by_source(session: Session) -> dict[str, int]:
    """Return how many users came from each source, those whom a server made included."""
    query = select(Newcomer.source, func.count()).group_by(col(Newcomer.source))
    return dict(session.exec(query).all())


def conversion(session: Session) -> dict[str, Any]:
    """Return how many of those who signed up did something, and how many came back, and when."""
    # answer 5: how many signed up, acted, came back, and after how long.
    first = func.min(SignIn.created_at) - col(Newcomer.created_at)
    waits = session.exec(
        select(first)
        .select_from(Newcomer)
        .join(SignIn, col(SignIn.clerk_id) == col(Newcomer.clerk_id))
        .where(SIGNED_UP, col(SignIn.kind) == LOGIN)
        .group_by(col(Newcomer.clerk_id), col(Newcomer.created_at))
    ).all()
    everybody = select(func.count()).select_from(Newcomer).where(SIGNED_UP)
    active = everybody.join(FirstAction, col(FirstAction.clerk_id) == col(Newcomer.clerk_id))
    signed_up, activated = session.exec(everybody).one(), session.exec(active).one()
    return {
        "signed_up": signed_up,
        "activated": activated,
        "activation_rate": activated / signed_up if signed_up else None,
        "logged_in": len(waits),
        "login_rate": len(waits) / signed_up if signed_up else None,
        "median_seconds_to_first_login": median(waits) / 1000 if waits else None,
    }


def logins(session: Session) -> dict[str, Any]:
    """Return how many log-ins there were, and how many from each country."""
    # answer 5: group the log-ins by country.
    query = select(SignIn.country, func.count()).where(col(SignIn.kind) == LOGIN)
    counts = session.exec(query.group_by(col(SignIn.country))).all()
    by_country = {country or UNKNOWN: count for country, count in counts}
    return {"total": sum(by_country.values()), "by_country": by_country}


def connected(session: Session, now: datetime) -> dict[str, int]:
    """Return how many sessions are open, and whose they are: see the statement."""
    # answer 5: sessions that are neither over nor expired.
    over = select(SessionOver.session_id).where(
        col(SessionOver.session_id) == col(SignIn.session_id)
    )
    query = select(func.count(func.distinct(SignIn.clerk_id)), func.count()).where(
        col(SignIn.kind) != IMPERSONATION,
        # No event says that a session has expired: the session's own promise must do.
        col(SignIn.expire_at) > milliseconds(now),
        ~over.exists(),
    )
    users, sessions = session.exec(query).one()
    return {"users": users, "sessions": sessions}


def _count(session: Session, periods: Sequence[datetime]) -> list[int]:
    """How many signed up in each period; the database adds up, at most 96 rows a day come back."""
    quarter = col(Newcomer.created_at) // QUARTER
    query = (
        select(quarter, func.count())
        .where(
            SIGNED_UP,
            col(Newcomer.created_at) >= milliseconds(periods[0]),
            col(Newcomer.created_at) < milliseconds(periods[-1]),
        )
        .group_by(quarter)
    )
    return tally(periods, [(number * QUARTER, count) for number, count in session.exec(query)])


def _series(key: str, names: Sequence[str], counts: Sequence[int]) -> list[dict[str, Any]]:
    # The end of the last period has a name, and no count.
    return [{key: name, "count": count} for name, count in zip(names, counts, strict=False)]
