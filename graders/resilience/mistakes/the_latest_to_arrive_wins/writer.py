"""Writes whatever comes last, however old it is.

Loses: what_comes_late_undoes_nothing, a_lost_answer_opens_no_second_account
"""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col

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
    _write(session, user.id, values, where=True)


def forget(session: Session, clerk_id: str) -> None:
    """Leave nothing of the user but a tombstone, also of one who is not known yet."""
    empty = dict.fromkeys(("email", "first_name", "last_name", "version", "seen_at"))
    _write(session, clerk_id, {**empty, "deleted_at": datetime.now(UTC)})


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
