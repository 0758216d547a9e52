"""What an event does to the tables: TODO 3 and 4. Lesson: course/*/module-2-endpoint.md"""

from typing import Any

from pydantic import BaseModel, Field
from sqlmodel import Session, col, delete

from hooklab.services import insert

from .models import GONE, Id, Text, User, UserVersion


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
    # answer 3: find the primary address; it may be missing.
    return next(
        (
            address.email_address
            for address in user.email_addresses
            if address.id == user.primary_email_address_id
        ),
        None,
    )


def save_user(session: Session, data: dict[str, Any]) -> str:
    """Create or update the user in `data`; "saved", or "stale" when nothing had to change.

    A version that is not newer than the one already seen changes nothing, and nothing brings a
    deleted user back. Data that is no user raises pydantic's ValidationError.
    """
    # answer 4: store the user, unless something newer is known.
    user = UserData.model_validate(data)
    if not _advance(session, user.id, user.updated_at):
        return "stale"
    session.merge(
        User(
            clerk_id=user.id,
            email=primary_email(user),
            first_name=user.first_name,
            last_name=user.last_name,
            version=user.updated_at,
        )
    )
    return "saved"


def delete_user(session: Session, data: dict[str, Any]) -> str:
    """Remove the user in `data` for good; "deleted", or "stale" when it was removed before.

    A user that the app has never seen counts as deleted too: its creation may still arrive.
    Data without an id raises pydantic's ValidationError.
    """
    # answer 4, second half: delete, and remember that it was.
    user = DeletedData.model_validate(data)
    if not _advance(session, user.id, GONE):
        return "stale"
    session.exec(delete(User).where(col(User.clerk_id) == user.id))
    return "deleted"


# not in the skeleton
def _advance(session: Session, clerk_id: str, version: int) -> bool:
    """Whether `version` is news. The row stays locked until the transaction ends.

    One statement compares and writes, so that of several deliveries at once only one wins, and
    whoever comes second sees what the first has done.
    """
    row = insert(session, UserVersion).values(clerk_id=clerk_id, version=version)
    statement = row.on_conflict_do_update(
        index_elements=["clerk_id"],
        set_={"version": row.excluded.version},
        where=col(UserVersion.version) < row.excluded.version,
    ).returning(col(UserVersion.clerk_id))
    # Not `rowcount`: for an INSERT, PostgreSQL's driver does not always know it.
    return session.exec(statement).first() is not None
