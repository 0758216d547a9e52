"""Given: the tables. Nothing to write here."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, TypeDecorator
from sqlmodel import BigInteger, Field, SQLModel

GONE = 2**63 - 1
"""The version of a deleted user: nothing is newer, so nothing comes after it."""


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
    """A person who exists now."""

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    version: int = Field(sa_type=BigInteger)
    """Clerk's `updated_at` of the data in this row, in milliseconds."""


class UserVersion(SQLModel, table=True):
    """The newest version seen of each user, whether the user still exists or not."""

    __tablename__ = "user_version"

    clerk_id: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)


class Outbox(SQLModel, table=True):
    """A message that is owed to one application. The smaller `id` was written first."""

    id: int | None = Field(default=None, primary_key=True)
    destination: str = Field(index=True)
    message_id: str
    clerk_id: str = Field(index=True)
    body: str | None
    """What is sent, character for character; forgotten when it was delivered."""
    attempts: int = 0
    """How many attempts have failed."""
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    """No attempt before this time."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then, the message belongs to whoever claimed it."""
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
