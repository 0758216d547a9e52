"""Given: the tables. Nothing to write here."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, TypeDecorator
from sqlmodel import Field, SQLModel

PENDING = "pending"
SENDING = "sending"
SENT = "sent"
UNCERTAIN = "uncertain"
DEAD = "dead"

WELCOME = "welcome"


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
    """A person who signed up."""

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class UserPreferences(SQLModel, table=True):
    """How a person wants the app to be."""

    __tablename__ = "user_preferences"

    clerk_id: str = Field(primary_key=True, foreign_key="user.clerk_id")
    theme: str
    language: str
    notifications: bool


class EmailQueue(SQLModel, table=True):
    """An e-mail that is owed to somebody. Whom and what it says is looked up when it leaves."""

    __tablename__ = "email_queue"
    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str = Field(foreign_key="user.clerk_id")
    kind: str
    status: str = PENDING
    attempts: int = 0
    """How many attempts have failed."""
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    """No attempt before this time."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then, the e-mail belongs to whoever claimed it."""


class SeenMessage(SQLModel, table=True):
    """A message that was dealt with."""

    __tablename__ = "seen_message"

    svix_id: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)
