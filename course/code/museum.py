"""Count the visits of a museum: once each, in the hour when they happened, for all eyes.

The lesson on analytics explains this file section by section. It is a sibling of the exercise, not
its answer: tickets instead of users, half hours of a night instead of hours of a day, a hash
instead of a set, a meter instead of columns.
"""

from datetime import UTC, date, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from redis import Redis
from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel, col, func, select

from hooklab.services import insert

HALF_HOUR = timedelta(minutes=30)
OPENS, CLOSES = time(22), time(6)
KEPT = timedelta(days=1)


class Visit(SQLModel, table=True):
    """Somebody who came in; a fact, which nobody changes."""

    ticket: str = Field(primary_key=True)
    at: int
    """Seconds since 1970, as the turnstile says."""
    cents: int
    free: bool = False


# --8<-- [start:once]
def came_in(session: Session, ticket: str, at: int, cents: int, *, free: bool) -> bool:
    """Write the visit; False, and nothing changes, when it is known already."""
    row = insert(session, Visit).values(ticket=ticket, at=at, cents=cents, free=free)
    written = row.on_conflict_do_nothing().returning(col(Visit.ticket))
    return session.exec(written).first() is not None


# --8<-- [end:once]


# --8<-- [start:night]
def night(day: date, zone: ZoneInfo) -> list[datetime]:
    """The half hours of the long night that begins on `day`, and its end."""
    opens = datetime.combine(day, OPENS, zone).astimezone(UTC)
    closes = datetime.combine(day + timedelta(days=1), CLOSES, zone).astimezone(UTC)
    count = (closes - opens) // HALF_HOUR
    return [(opens + n * HALF_HOUR).astimezone(zone) for n in range(count + 1)]


# --8<-- [end:night]


# --8<-- [start:average]
def average_price(session: Session) -> float | None:
    """What those who paid have paid on average, in cents; None before anybody has."""
    paid, cents = session.exec(
        select(func.count(), func.sum(Visit.cents)).where(~col(Visit.free))
    ).one()
    return cents / paid if paid else None


# --8<-- [end:average]


# --8<-- [start:takings]
def add_takings(redis: Redis, night: date, ends: datetime, cents: dict[str, int]) -> None:
    """Add what each ticket brought to the night's takings, which end a day after it."""
    left = int((ends + KEPT - datetime.now(UTC)).total_seconds())
    if left <= 0 or not cents:
        return
    with redis.pipeline(transaction=True) as together:
        together.hset(f"museum:takings:{night}", mapping=cents)
        together.expire(f"museum:takings:{night}", left)
        together.execute()


# --8<-- [end:takings]


# --8<-- [start:again]
def count_again(redis: Redis, engine: Engine, day: date, zone: ZoneInfo) -> None:
    """Bring the night's takings in line with the log, whatever Redis has missed or lost."""
    halves = night(day, zone)
    opens, ends = int(halves[0].timestamp()), int(halves[-1].timestamp())
    known = select(Visit.ticket, Visit.cents).where(col(Visit.at) >= opens, col(Visit.at) < ends)
    with Session(engine) as session:
        add_takings(redis, day, halves[-1], dict(session.exec(known).all()))


# --8<-- [end:again]


# --8<-- [start:meter]
def meter(label: str, part: int, whole: int) -> str:
    """A bar that is filled as far as the museum is; `label` is text, whatever it contains."""
    percent = 100 * part / whole if whole else 0
    said = escape(f"{label}: {part} of {whole}")
    return (
        f'<svg role="img" aria-label="{said}" width="100%" height="12">'
        '<rect class="track" width="100%" height="12" rx="6"/>'
        f'<rect class="filled" width="{percent:.1f}%" height="12" rx="6"/></svg>'
    )


# --8<-- [end:meter]
