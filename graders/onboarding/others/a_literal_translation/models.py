"""The tables: TODO 1, begin here. Lesson: course/*/lessons/onboarding.md"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """A time that comes back as it went in: aware, in UTC. SQLite alone would drop the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class User(SQLModel, table=True):
    """A person."""

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class UserPreferences(SQLModel, table=True):
    """How a person wants the app to be."""

    __tablename__ = "user_preferences"

    clerk_id: str = Field(primary_key=True)
    language: str
    notifications: bool


class Onboarding(SQLModel, table=True):
    """The flags, one row for each user: a one-to-one relation."""

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str = Field(foreign_key="user.clerk_id", unique=True)
    status: str
    email_verified: bool
    profile_completed: bool
    preferences_set: bool
    first_action_done: bool


class Post(SQLModel, table=True):
    """Something that a person has written."""

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str = Field(foreign_key="user.clerk_id")
    text: str


class PremiumGrant(SQLModel, table=True):
    """The premium feature, unlocked."""

    __tablename__ = "premium_grant"

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str
    granted_at: datetime = Field(sa_type=UtcDateTime)


class Reminder(SQLModel, table=True):
    """A scheduled task."""

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str
    kind: str
    due_at: datetime = Field(sa_type=UtcDateTime)
