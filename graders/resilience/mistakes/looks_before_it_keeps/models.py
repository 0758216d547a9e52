"""Looks for the message, then inserts it: two that look at once both insert, and one fails."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, TypeDecorator
from sqlmodel import Field, SQLModel

WAITING = "waiting"
DONE = "done"
DEAD = "dead"

SVIX = "svix"
LIST = "list"

CREATED = "user.created"
UPDATED = "user.updated"
DELETED = "user.deleted"
MISSING = "user.missing"
"""Our own type: a user of the table who was not in Clerk's list. Clerk is asked once more."""


class UtcDateTime(TypeDecorator[datetime]):
    """A time that comes back as it went in: aware, in UTC. SQLite alone would drop the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """What the database is given."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """What the program is given."""
        return value.replace(tzinfo=UTC) if value else None


class User(SQLModel, table=True):
    """A person as Clerk describes them, or the tombstone of one who was deleted."""

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    version: int | None = Field(default=None, sa_type=BigInteger)
    """Clerk's `updated_at`, in milliseconds; None in a tombstone."""
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set in a tombstone, whose other columns are empty."""
    account_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When we learned that billing has opened their account; None before."""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When news of them came last, or a page of Clerk's list that they are in."""


class Inbox(SQLModel, table=True):
    """Something to be done about a user: a delivery, or what a look at Clerk's list has found."""

    id: int | None = Field(default=None, primary_key=True)
    svix_id: str = Field(index=True)
    source: str = SVIX
    """Who brought it: Svix, or a look at Clerk's list."""
    type: str
    payload: str | None = None
    """The event's `data` as JSON; forgotten when it is done."""
    status: str = Field(default=WAITING, index=True)
    reason: str | None = None
    """Why it is dead."""
    attempts: int = 0
    """How many attempts have failed."""
    crashes: int = 0
    """How many of them have failed for no known reason."""
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    """No attempt before this time."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then, the entry belongs to whoever claimed it."""
    received_at: datetime = Field(sa_type=UtcDateTime)


class Reconciliation(SQLModel, table=True):
    """The walk through Clerk's list: one row for all processes."""

    id: int = Field(default=1, primary_key=True)
    is_running: bool = True
    started_at: datetime = Field(sa_type=UtcDateTime)
    brake: bool = True
    """Whether it may refuse to delete."""
    step: int = 0
    """Grows with every change; whoever finds another number comes too late."""
    cursor: str | None = None
    """The id of the last user of the last page that was worked on; None before the first."""
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Clerk is not asked before this time."""


class Alarm(SQLModel, table=True):
    """Something that the team must hear of, and when it was told."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str = Field(index=True)
    text: str
    raised_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
