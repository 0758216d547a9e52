"""What an event does to the tables: TODO 3 and 4. Lesson: course/*/module-2-endpoint.md"""

from typing import Any

from pydantic import BaseModel, Field
from sqlmodel import Session

from .models import GONE, Id, Text


class EmailAddress(BaseModel):
    """One of a user's addresses."""

    id: str
    email_address: Text


class UserData(BaseModel):
    """The part of Clerk's user that the app keeps; everything else is ignored."""

    id: Id
    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    updated_at: int = Field(ge=0, lt=GONE)


class DeletedData(BaseModel):
    """What Clerk says of a deleted user: which one it was."""

    id: Id


def primary_email(user: UserData) -> str | None:
    """The address whose id is `primary_email_address_id`, or None when there is no such entry."""
    # TODO 3: find the primary address; it may be missing.
    raise NotImplementedError("primary_email(): TODO 3 is still open, in users.py")


def save_user(session: Session, data: dict[str, Any]) -> str:
    """Create or update the user in `data`; "saved", or "stale" when nothing had to change.

    A version that is not newer than the one already seen changes nothing, and nothing brings a
    deleted user back. Data that is no user raises pydantic's ValidationError.
    """
    # TODO 4: store the user, unless something newer is known.
    raise NotImplementedError("save_user(): TODO 4 is still open, in users.py")


def delete_user(session: Session, data: dict[str, Any]) -> str:
    """Remove the user in `data` for good; "deleted", or "stale" when it was removed before.

    A user that the app has never seen counts as deleted too: its creation may still arrive.
    Data without an id raises pydantic's ValidationError.
    """
    # TODO 4, second half: delete, and remember that it was.
    raise NotImplementedError("delete_user(): TODO 4 is still open, in users.py")
