"""The tables: TODO 1, begin here. Lesson: course/*/lessons/onboarding.md"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel

EMAIL_VERIFIED = "email_verified"
PROFILE_COMPLETED = "profile_completed"
PREFERENCES_SET = "preferences_set"
FIRST_ACTION_DONE = "first_action_done"

STEPS = (EMAIL_VERIFIED, PROFILE_COMPLETED, PREFERENCES_SET, FIRST_ACTION_DONE)

INCOMPLETE = "incomplete"
COMPLETED = "completed"

ONBOARDING = "onboarding"

WAITING = "waiting"
SENDING = "sending"
SENT = "sent"
UNCERTAIN = "uncertain"
NEEDLESS = "needless"
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
    """A person. Given."""

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    version: int = Field(sa_type=BigInteger)
    """Clerk's `updated_at` of the data in this row; 0 while no webhook has come."""
    deleted: bool = False
    """The row of a deleted user stays, without personal data, so that nothing brings them back."""


class UserPreferences(SQLModel, table=True):
    """How a person wants the app to be, once they have said so. Given."""

    __tablename__ = "user_preferences"

    clerk_id: str = Field(primary_key=True, foreign_key="user.clerk_id")
    language: str
    notifications: bool


# answer 1: add what the database is to guarantee to the four tables below.
#: # Unique keys, foreign keys to "user.clerk_id", and an index for each search.
#:
#:
class Onboarding(SQLModel, table=True):
    """How far a person has come. At most one row for each user."""

    __table_args__ = ()

    id: int | None = Field(default=None, primary_key=True)
    # answer 1
    #: clerk_id: str
    clerk_id: str = Field(foreign_key="user.clerk_id", unique=True)
    status: str
    email_verified: bool
    profile_completed: bool
    preferences_set: bool
    first_action_done: bool


class Post(SQLModel, table=True):
    """Something that a person has written. A user's posts are looked up by their `clerk_id`."""

    __table_args__ = ()

    id: int | None = Field(default=None, primary_key=True)
    # answer 1
    #: clerk_id: str
    # PostgreSQL makes no index for a foreign key by itself.
    clerk_id: str = Field(foreign_key="user.clerk_id", index=True)
    text: str


class PremiumGrant(SQLModel, table=True):
    """The premium feature, unlocked. At most one row for each user."""

    __tablename__ = "premium_grant"
    __table_args__ = ()

    id: int | None = Field(default=None, primary_key=True)
    # answer 1
    #: clerk_id: str
    clerk_id: str = Field(foreign_key="user.clerk_id", unique=True)
    granted_at: datetime = Field(sa_type=UtcDateTime)


class Reminder(SQLModel, table=True):
    """An e-mail that is to leave later. At most one row for each user and kind.

    The cron looks every minute for rows of one `status` whose `due_at` has come.
    """

    # answer 1
    #: __table_args__ = ()
    __table_args__ = (
        UniqueConstraint("clerk_id", "kind"),
        Index("reminder_by_due_at", "status", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    # answer 1
    #: clerk_id: str
    clerk_id: str = Field(foreign_key="user.clerk_id")
    kind: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    status: str
    attempts: int
    """How many attempts have failed."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then, the reminder belongs to whoever claimed it."""
