"""Counters in Redis: TODO 6. Lesson: course/*/lessons/analytics.md"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from .models import LOGIN, Newcomer, SignIn
from .periods import beginning_of, milliseconds, moment
from .sources import BY_SERVER

KEPT = timedelta(days=2)
"""How long a counter outlives its day."""


def signups_key(day: date) -> str:
    """Return the name of the set that holds the users who signed up on the day."""
    return f"analytics:signups:{day}"


def logins_key(day: date) -> str:
    """Return the name of the set that holds the sessions of those who logged in on the day."""
    return f"analytics:logins:{day}"


def count(redis: Redis, zone: ZoneInfo, fact: Newcomer | SignIn) -> None:
    """Count the sign-up or log-in in its own day; what is neither counts nothing.

    Raises RedisError when Redis is away; the counter may be right all the same.
    """
    day = moment(fact.created_at, zone).date()
    if isinstance(fact, Newcomer):
        if fact.source not in BY_SERVER:
            add(redis, zone, day, signups_key(day), [fact.clerk_id])
    elif fact.kind == LOGIN:
        add(redis, zone, day, logins_key(day), [fact.session_id])


def add(redis: Redis, zone: ZoneInfo, day: date, key: str, members: Collection[str]) -> None:
    """Add the members to the set, which lives until `KEPT` after the end of its day.

    Whatever happens in between, there is never a set without an end.
    """
    # answer 6: add the members and set the end, in one transaction.
    end = beginning_of(day + timedelta(days=1), zone) + KEPT
    left = int((end - datetime.now(UTC)).total_seconds())
    if left <= 0 or not members:
        return
    # MULTI and EXEC: Redis does both commands, or none.
    with redis.pipeline(transaction=True) as both:
        both.sadd(key, *members)
        both.expire(key, left)
        both.execute()


def rebuild(redis: Redis, engine: Engine, zone: ZoneInfo) -> None:
    """Add what the log knows of today and yesterday; nothing is counted twice.

    Raises RedisError when Redis is away.
    """
    # answer 6, second part: ask the log, and add() what it knows.
    #: # Until then the cron rebuilds nothing, and still sends.
    #: return
    today = datetime.now(zone).date()
    for day in (today - timedelta(days=1), today):
        begin = milliseconds(beginning_of(day, zone))
        end = milliseconds(beginning_of(day + timedelta(days=1), zone))
        newcomers = select(Newcomer.clerk_id).where(
            col(Newcomer.source).not_in(BY_SERVER),
            col(Newcomer.created_at) >= begin,
            col(Newcomer.created_at) < end,
        )
        logins = select(SignIn.session_id).where(
            col(SignIn.kind) == LOGIN,
            col(SignIn.created_at) >= begin,
            col(SignIn.created_at) < end,
        )
        with Session(engine) as session:
            add(redis, zone, day, signups_key(day), session.exec(newcomers).all())
            add(redis, zone, day, logins_key(day), session.exec(logins).all())


def today(redis: Redis, zone: ZoneInfo) -> dict[str, int] | None:
    """Return today's counters, `signups` and `logins`; None when Redis is away."""
    # answer 6, last part: read both sizes, or say that Redis is away.
    #: # Until then the summary has nothing live.
    #: return None
    day = datetime.now(zone).date()
    try:
        with redis.pipeline(transaction=False) as both:
            both.scard(signups_key(day))
            both.scard(logins_key(day))
            signups, logins = both.execute()
    except RedisError:
        return None
    return {"signups": signups, "logins": logins}
