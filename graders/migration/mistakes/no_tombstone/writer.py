"""Deletes the row and remembers nothing: the next late delivery brings the person back.

Loses: a_deleted_user_stays_deleted, deliveries_at_once_leave_one_row_with_the_newest,
    a_late_login_undoes_nothing, nothing_personal_is_printed_or_kept
"""

from typing import Any

from sqlmodel import Session, col, delete, or_

from hooklab.services import insert

from .clerk_users import ClerkUser
from .models import User


def save(session: Session, user: ClerkUser) -> None:
    """Write what Clerk says about `user`, unless the table knows newer things or a deletion.

    Login, webhook and backfill all come here. `updated_at` is the version; a row without one is
    older than everything. Nothing is committed: that is up to the caller.
    """
    _write(
        session,
        user.id,
        {
            "email": user.primary_email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "version": user.updated_at,
        },
        # In the statement itself: whoever compares before it writes has compared too early.
        where=or_(col(User.version).is_(None), col(User.version) < user.updated_at),
    )


def forget(session: Session, clerk_id: str) -> None:
    """Leave nothing of the user but a tombstone, also of one who is not known yet.

    A deletion wins over every version, earlier and later. Nothing is committed.
    """
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
