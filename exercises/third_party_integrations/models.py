"""Given: the tables. Nothing to write here."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel

SLACK = "slack"
NEWSLETTER = "newsletter"
SUPPORT = "support"
ANALYTICS = "analytics"

PENDING = "pending"
DONE = "done"
DEAD = "dead"


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
    """A user, as far as the services may know them. Who is deleted keeps an id and a mark."""

    clerk_id: str = Field(primary_key=True)
    version: int = Field(default=0, sa_type=BigInteger)
    """Clerk's `updated_at`: what is older changes nothing."""
    deleted: bool = False
    signed_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    instance_id: str = ""
    """The Clerk instance that the user belongs to, `ins_…`."""
    email: str | None = None
    """The primary address; of a deleted user, until the mailing list has let go of it."""
    first_name: str | None = None
    last_name: str | None = None
    newsletter: bool = False
    """Whether the user has asked for the newsletter."""

    @property
    def name(self) -> str | None:
        """First and last name as far as there are any, or None."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or None


class IntegrationTask(SQLModel, table=True):
    """What a service is owed about a user. What it is told is looked up when it is told."""

    __tablename__ = "integration_task"
    __table_args__ = (UniqueConstraint("clerk_id", "integration"),)

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str = Field(foreign_key="user.clerk_id")
    integration: str
    """`SLACK`, `NEWSLETTER`, `SUPPORT` or `ANALYTICS`."""
    status: str = PENDING
    attempts: int = 0
    """How many attempts have failed."""
    revision: int = 1
    """Grows with each change that the service has to learn of."""
    due_at: datetime = Field(sa_type=UtcDateTime)
    """No attempt before this time."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then, the task belongs to whoever claimed it."""
    known_as: str | None = None
    """What the service knows the user by: an address, the id of a contact."""


class Gate(SQLModel, table=True):
    """The one door to a service. Whoever calls goes through it."""

    __tablename__ = "integration_gate"

    integration: str = Field(primary_key=True)
    opens_at: datetime = Field(sa_type=UtcDateTime)
    """Nobody goes through before this time."""
