"""The tables: TODO 1, begin here; the others are given. Lesson: course/*/lessons/monitoring.md"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, TypeDecorator
from sqlmodel import Field, SQLModel

DONE = "done"
FAILED = "failed"
STARTED = "started"


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


class WebhookLog(SQLModel, table=True):
    """A message that Svix has delivered, one row however often it came."""

    __tablename__ = "webhook_log"
    # answer 1: a unique key, received_at as a UtcDateTime, and here the indexes.
    #: __table_args__ = ()
    __table_args__ = (
        # The newest of all, and the newest of a type; the id keeps those of one instant in order.
        Index("webhook_log_by_time", "received_at", "id"),
        Index("webhook_log_by_type", "type", "received_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    # answer 1
    #: svix_id: str
    svix_id: str = Field(unique=True)
    type: str
    status: str
    """`DONE` or `FAILED`, as the last attempt ended."""
    duration_ms: float
    """How long the last attempt took."""
    # answer 1
    #: received_at: datetime
    received_at: datetime = Field(sa_type=UtcDateTime)
    """When it came for the first time."""
    error: str | None = None
    """What kind of failure it was; nothing of anybody's data."""


class WebhookPayload(SQLModel, table=True):
    """The body of a message that has failed, kept until it is handled."""

    __tablename__ = "webhook_payload"

    svix_id: str = Field(primary_key=True)
    body: str


class ReplayAudit(SQLModel, table=True):
    """Who has replayed what."""

    __tablename__ = "replay_audit"

    id: int | None = Field(default=None, primary_key=True)
    svix_id: str = Field(index=True)
    actor: str
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: str = STARTED
    """`STARTED`, then `DONE` or `FAILED`."""


class FailureAlert(SQLModel, table=True):
    """The one row, with id 1, that says what the team has been told."""

    __tablename__ = "failure_alert"

    id: int = Field(primary_key=True)
    raised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the last alert was raised."""
    is_open: bool = False
    """Whether its recovery has yet to be told."""


class User(SQLModel, table=True):
    """Clerk's user, as the newest event says. Somebody who was deleted stays as an empty row."""

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    version: int = Field(default=0, sa_type=BigInteger)
    deleted: bool = False
