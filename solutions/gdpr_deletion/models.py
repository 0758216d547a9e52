"""Given: the tables. Nothing to write here."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, Column, DateTime, TypeDecorator
from sqlmodel import Field, SQLModel

RUNNING = "running"
PENDING = "pending"
SENDING = "sending"
DONE = "done"

FILES = "files"
CONTENT = "content"
RECORDS = "records"
STRIPE = "stripe"
MAILING_LIST = "mailing_list"
USER = "user"

STEPS = (FILES, CONTENT, RECORDS, STRIPE, MAILING_LIST, USER)
"""What an erasure consists of. USER comes last: it is due when all others are done."""

DELETED_USER = {"en": "[deleted user]", "fr": "[utilisateur supprimé]"}
"""The name under which the words of erased people stay, by language."""


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
    """A member of the community."""

    id: str = Field(default_factory=lambda: uuid4().hex, primary_key=True)
    """Ours, and drawn by lot: a number that is free again would be given to somebody else."""
    clerk_id: str = Field(unique=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    stripe_customer_id: str | None = None
    version: int = Field(sa_type=BigInteger)
    """Clerk's `updated_at`."""


class UserAddress(SQLModel, table=True):
    """An address that a user has, or once had."""

    __tablename__ = "user_address"

    user_id: str = Field(primary_key=True, foreign_key="user.id")
    address: str = Field(primary_key=True, index=True)


class Post(SQLModel, table=True):
    """What somebody wrote, for all to read."""

    id: int | None = Field(default=None, primary_key=True)
    author_id: str | None = Field(default=None, foreign_key="user.id", index=True)
    author_name: str
    author_email: str | None = None
    text: str


class Comment(SQLModel, table=True):
    """What somebody wrote about a post, of whomever."""

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    author_id: str | None = Field(default=None, foreign_key="user.id", index=True)
    author_name: str
    author_email: str | None = None
    text: str


class Upload(SQLModel, table=True):
    """A file that somebody sent: `UPLOADS_DIR/<user_id>/<id>`."""

    id: str = Field(default_factory=lambda: uuid4().hex, primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    filename: str
    """As its owner called it."""


class SessionLog(SQLModel, table=True):
    """A sign-in. It may come before the user does, so nothing but Clerk's id says whose it is."""

    __tablename__ = "session_log"

    id: str = Field(primary_key=True)
    clerk_id: str = Field(index=True)
    ip_address: str | None = None
    country: str | None = None


class ScheduledTask(SQLModel, table=True):
    """Something to do for a user later."""

    __tablename__ = "scheduled_task"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    kind: str
    due_at: datetime = Field(sa_type=UtcDateTime)


class EmailQueue(SQLModel, table=True):
    """An e-mail that has not left yet; then its row is removed."""

    __tablename__ = "email_queue"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    """Whom it was written for; no foreign key."""
    address: str
    """Theirs when it was written, and perhaps not theirs alone."""
    subject: str
    text: str
    status: str = PENDING


class WebhookInbox(SQLModel, table=True):
    """A delivery as it came, kept for the case that something has to be done again."""

    __tablename__ = "webhook_inbox"

    svix_id: str = Field(primary_key=True)
    type: str
    clerk_id: str = Field(index=True)
    """Whom it is about."""
    payload: str


class Person(SQLModel, table=True):
    """Whether somebody was erased: the row of one who was is the tombstone, and stays for ever."""

    subject_hash: str = Field(primary_key=True)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Erasure(SQLModel, table=True):
    """An erasure: while it runs, what is needed for it; afterwards, the audit record."""

    id: int | None = Field(default=None, primary_key=True)
    subject_hash: str = Field(unique=True)
    status: str = RUNNING
    requested_at: datetime = Field(sa_type=UtcDateTime)
    """When the account was deleted, says Clerk."""
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then, the erasure belongs to whoever claimed it."""
    targets: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What the steps need to know, see `targets.Targets`; NULL when they are done."""


class ErasureStep(SQLModel, table=True):
    """One thing that an erasure has to do."""

    __tablename__ = "erasure_step"

    erasure_id: int = Field(primary_key=True, foreign_key="erasure.id")
    name: str = Field(primary_key=True)
    status: str = PENDING
    attempts: int = 0
    """How many attempts have failed."""
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    """No attempt before this time."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
