"""Keep a log of print jobs, sum it up, page through it, and sound an alarm.

Module 6 explains this file section by section. It is a sibling of the exercise, not its answer:
another table, seconds for times, one printer shop instead of an endpoint.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock_time
from html import escape
from zoneinfo import ZoneInfo

from sqlalchemy import Index, tuple_
from sqlmodel import Field, Session, SQLModel, col, func, select, update

from hooklab.services import insert


# --8<-- [start:table]
class PrintJob(SQLModel, table=True):
    """A document, one row however often it was sent to the printer."""

    __tablename__ = "print_job"
    __table_args__ = (Index("print_job_by_time", "sent_at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket: str = Field(unique=True)
    outcome: str
    seconds: float
    sent_at: int
    fault: str | None = None


# --8<-- [end:table]


class Alarm(SQLModel, table=True):
    """The one row that says when the bell rang last."""

    id: int = Field(primary_key=True)
    rang_at: int = 0


# --8<-- [start:note]
def note(session: Session, ticket: str, now: int, work: Callable[[], None]) -> None:
    """Do the work and note how it went; what was printed stays printed."""
    started, outcome, fault = time.monotonic(), "printed", None
    try:
        work()
    except Exception as error:
        outcome, fault = "jammed", type(error).__name__
    seconds = time.monotonic() - started
    values = {"outcome": outcome, "seconds": seconds, "fault": fault}
    job = insert(session, PrintJob).values(ticket=ticket, sent_at=now, **values)
    is_open = col(PrintJob.outcome) != "printed"
    session.exec(job.on_conflict_do_update(index_elements=["ticket"], set_=values, where=is_open))


# --8<-- [end:note]


# --8<-- [start:counts]
def counts(session: Session) -> dict[str, int]:
    """How many jobs had which outcome: one query, one row for each outcome."""
    query = select(PrintJob.outcome, func.count()).group_by(PrintJob.outcome)
    return dict(session.exec(query).all())


# --8<-- [end:counts]


# --8<-- [start:tail]
def nine_of_ten(session: Session) -> float | None:
    """The time within which nine jobs of ten were printed: the nearest rank."""
    total = session.exec(select(func.count()).select_from(PrintJob)).one()
    if not total:
        return None
    rank = -(-total * 90 // 100)
    query = select(PrintJob.seconds).order_by(col(PrintJob.seconds)).offset(rank - 1)
    return session.exec(query.limit(1)).one()


# --8<-- [end:tail]


# --8<-- [start:day]
def opening(day: date, zone: ZoneInfo) -> int:
    """When the day begins in the shop's zone, in seconds since 1970."""
    return int(datetime.combine(day, clock_time(), tzinfo=zone).timestamp())


def printed_between(session: Session, first: int, after: int) -> int:
    """How many jobs were sent from `first` on, and before `after`."""
    query = select(func.count()).where(
        col(PrintJob.sent_at) >= first, col(PrintJob.sent_at) < after
    )
    return session.exec(query).one()


# --8<-- [end:day]


# --8<-- [start:place]
def older(session: Session, place: tuple[int, int] | None, limit: int) -> list[PrintJob]:
    """At most `limit` jobs, the newest first, beginning after the place of the last one seen."""
    order = (col(PrintJob.sent_at), col(PrintJob.id))
    query = select(PrintJob).order_by(*(column.desc() for column in order)).limit(limit)
    if place is not None:
        query = query.where(tuple_(*order) < place)
    return list(session.exec(query))


# --8<-- [end:place]


# --8<-- [start:line]
def line(job: PrintJob) -> str:
    """A row of the page; whatever is stored is shown as text."""
    return f"<tr><th scope='row'>{escape(job.ticket)}</th><td>{escape(job.fault or '')}</td></tr>"


# --8<-- [end:line]


# --8<-- [start:stamp]
def stamp(password: str, action: str) -> str:
    """What our forms carry: whoever does not know the password cannot make it."""
    return hmac.new(password.encode(), action.encode(), hashlib.sha256).hexdigest()


def is_ours(password: str, action: str, given: str) -> bool:
    """Whether the stamp is one of ours."""
    return hmac.compare_digest(stamp(password, action).encode(), given.encode())


# --8<-- [end:stamp]


# --8<-- [start:ring]
def ring(session: Session, now: int, silence: int) -> bool:
    """Whether to ring: of all who ask at once, one is told to."""
    rested = col(Alarm.rang_at) <= now - silence
    taken = update(Alarm).where(col(Alarm.id) == 1, rested).values(rang_at=now)
    return bool(session.exec(taken).rowcount == 1)


# --8<-- [end:ring]
