"""Given: the tables. Nothing to write here."""

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

EMAIL = "email"
SLACK = "slack"


class WatchedUser(SQLModel, table=True):
    """A user who has signed in. Whoever writes the row holds the user until the commit."""

    __tablename__ = "watched_user"

    clerk_id: str = Field(primary_key=True)


class SessionLog(SQLModel, table=True):
    """A session. There is no foreign key to a user: `user.created` may come later."""

    __tablename__ = "session_log"
    # A user's sessions in a span of time are found without reading the others.
    __table_args__ = (Index("session_log_user_time", "clerk_id", "created_at"),)

    session_id: str = Field(primary_key=True)
    clerk_id: str
    created_at: int = Field(sa_type=BigInteger)
    """When it began, in Clerk's milliseconds since 1970."""
    country: str | None = None
    ip_address: str | None = None
    """Personal data, kept for a while only."""
    impersonated_by: str | None = None
    """The member of staff who signed in as the user."""


class SecurityAlert(SQLModel, table=True):
    """A rule that somebody's session has broken."""

    __tablename__ = "security_alert"
    __table_args__ = (
        UniqueConstraint("session_id", "rule"),
        Index("security_alert_user_rule", "clerk_id", "rule", "happened_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str
    rule: str
    session_id: str = Field(foreign_key="session_log.session_id")
    happened_at: int = Field(sa_type=BigInteger)
    """When the session began, in milliseconds since 1970."""


class AlertMessage(SQLModel, table=True):
    """The outbox: a message that is owed. It is removed once it has left, with what it says."""

    __tablename__ = "alert_message"
    __table_args__ = (UniqueConstraint("alert_id", "channel"),)

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="security_alert.id")
    channel: str
    """`EMAIL` or `SLACK`."""
    recipient: str | None = None
    """The address, for an e-mail."""
    name: str | None = None
    """What the user calls themselves: a stranger's text."""
    attempts: int = 0
    """How many attempts have failed."""
    due_at: int = Field(sa_type=BigInteger)
    """No attempt before this time, in seconds since 1970."""
