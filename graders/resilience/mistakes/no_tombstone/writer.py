"""Deletes the row of a deleted user: a late event brings them back.

Loses: what_comes_late_undoes_nothing
"""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, delete

from hooklab.services import insert

from .clerk_users import ClerkUser
from .models import User


def save(session: Session, user: ClerkUser) -> None:
    """Write what Clerk says about `user`, unless the table knows newer things or a deletion."""
    values = {
        "email": user.primary_email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "version": user.updated_at,
        "seen_at": datetime.now(UTC),
    }
    _write(session, user.id, values, where=col(User.version) < user.updated_at)


def forget(session: Session, clerk_id: str) -> None:
    """Leave nothing of the user but a tombstone, also of one who is not known yet."""
    session.exec(delete(User).where(col(User.clerk_id) == clerk_id))


def _write(session: Session, clerk_id: str, values: dict[str, Any], *, where: Any = True) -> None:
    session.exec(
        insert(session, User)
        .values(clerk_id=clerk_id, **values)
        .on_conflict_do_update(
            index_elements=["clerk_id"],
            set_=values,
            where=col(User.deleted_at).is_(None) & where,
        )
    )
