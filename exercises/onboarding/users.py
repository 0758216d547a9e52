"""Given: the table of users, kept in step with Clerk. Nothing to write here."""

from sqlmodel import Session, and_, col, select

from hooklab.services import insert

from .clerk_user import ClerkUser
from .models import User


def store(session: Session, user: ClerkUser) -> bool:
    """Write what Clerk says of `user`, unless something newer is there already.

    Returns whether they are a user at all: False for one who was deleted, and nothing is written.
    """
    address = user.primary_address
    row = insert(session, User).values(
        clerk_id=user.id,
        email=address.email_address if address else None,
        first_name=user.first_name,
        last_name=user.last_name,
        version=user.updated_at,
        deleted=False,
    )
    news = and_(col(User.version) < row.excluded.version, col(User.deleted).is_(False))
    fields = ("email", "first_name", "last_name", "version")
    session.exec(
        row.on_conflict_do_update(
            index_elements=["clerk_id"],
            set_={field: row.excluded[field] for field in fields},
            where=news,
        )
    )
    return not _is_deleted(session, user.id)


def meet(session: Session, clerk_id: str) -> bool:
    """Make a row for somebody who is signed in, in case they come before their webhook does.

    Returns whether they are a user: False for one who was deleted, and nothing is written.
    """
    # Looking first: almost always the row is there, and then nothing has to be written.
    if _is_deleted(session, clerk_id) is None:
        row = insert(session, User).values(clerk_id=clerk_id, version=0, deleted=False)
        session.exec(row.on_conflict_do_nothing())
    return not _is_deleted(session, clerk_id)


def forget(session: Session, clerk_id: str) -> None:
    """Remove what is known of a user for good; also of one whose sign-up has yet to arrive."""
    nothing = {"email": None, "first_name": None, "last_name": None, "deleted": True}
    row = insert(session, User).values(clerk_id=clerk_id, version=0, **nothing)
    session.exec(row.on_conflict_do_update(index_elements=["clerk_id"], set_=nothing))


def _is_deleted(session: Session, clerk_id: str) -> bool | None:
    return session.exec(select(User.deleted).where(col(User.clerk_id) == clerk_id)).first()
