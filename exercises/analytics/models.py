"""Given: the tables, a log of facts and a queue. Nothing to write here."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field, SQLModel

# How a session began.
SIGN_UP = "sign_up"
LOGIN = "login"
IMPERSONATION = "impersonation"


class Newcomer(SQLModel, table=True):
    """A user that Clerk has told of. Facts are written once and never changed."""

    clerk_id: str = Field(primary_key=True)
    created_at: int = Field(sa_type=BigInteger, index=True)
    """When, in Clerk's milliseconds since 1970."""
    source: str
    """How they came, see sources.py."""


class SignIn(SQLModel, table=True):
    """A session. There is no foreign key to a newcomer: `user.created` may come later."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("sign_in_of_user", "clerk_id", "created_at"),)

    session_id: str = Field(primary_key=True)
    clerk_id: str
    created_at: int = Field(sa_type=BigInteger, index=True)
    expire_at: int = Field(sa_type=BigInteger, index=True)
    """Both in milliseconds since 1970."""
    country: str | None = None
    kind: str
    """`SIGN_UP`, `LOGIN` or `IMPERSONATION`."""


class SessionOver(SQLModel, table=True):
    """A session that was ended, removed or revoked; this may be known before it is known to be."""

    __tablename__ = "session_over"

    session_id: str = Field(primary_key=True)


class FirstAction(SQLModel, table=True):
    """A user who has done something in the app."""

    __tablename__ = "first_action"

    clerk_id: str = Field(primary_key=True)


class Outgoing(SQLModel, table=True):
    """The outbox: a message that is owed to Segment. It is removed once it has arrived."""

    message_id: str = Field(primary_key=True)
    """The same for every attempt; Segment keeps it once."""
    event: str
    clerk_id: str
    happened_at: int = Field(sa_type=BigInteger)
    properties: dict[str, Any] = Field(sa_type=JSON)
    refused: bool = False
    """Segment will never take it; it stays, so that somebody sees it."""
