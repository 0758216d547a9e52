"""Given: the tables. Nothing to write here."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, TypeDecorator
from sqlmodel import Field, SQLModel

WAITING = "waiting"
APPLIED = "applied"
PARKED = "parked"

RUNNING = "running"
DONE = "done"

BACKFILL = "backfill"
COMPARISON = "comparison"


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
    """Clerk's `updated_at`, in milliseconds; None in the rows that the old login wrote."""
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set in a tombstone, whose other columns are empty."""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The start of the last comparison that found the user in Clerk's list."""


class Inbox(SQLModel, table=True):
    """A delivery that was verified, in the order of arrival."""

    id: int | None = Field(default=None, primary_key=True)
    svix_id: str = Field(unique=True)
    type: str
    clerk_id: str | None = Field(default=None, index=True)
    version: int | None = Field(default=None, sa_type=BigInteger)
    """Clerk's `updated_at`, in milliseconds; None for a deletion."""
    payload: str | None = None
    """The user as `ClerkUser` writes one in JSON, for as long as the delivery waits."""
    status: str = Field(default=WAITING, index=True)
    received_at: datetime = Field(sa_type=UtcDateTime)


class Migration(SQLModel, table=True):
    """How far the move is: one row for all processes."""

    id: int = Field(default=1, primary_key=True)
    phase: str
    percent: int = 0
    """How many users of a hundred are switched in the phase "partial"."""
    paused: bool = False
    """Whether deliveries are stored and not applied, whatever the phase."""
    reason: str | None = None
    """Why it is paused."""
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Job(SQLModel, table=True):
    """A walk through Clerk's list of users; one row for each kind."""

    kind: str = Field(primary_key=True)
    status: str = RUNNING
    started_at: datetime = Field(sa_type=UtcDateTime)
    step: int = 0
    """Grows with every change; whoever finds another number comes too late."""
    cursor: str | None = None
    """The id of the last user of the last page that was worked on; None before the first."""
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Clerk is not asked before this time."""
    users: int = 0
    missing: int = 0
    stale: int = 0
    mismatched: int = 0


class Comparison(SQLModel, table=True):
    """What a comparison found when it had finished."""

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime = Field(sa_type=UtcDateTime)
    users: int
    missing: int
    stale: int
    mismatched: int
