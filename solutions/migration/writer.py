"""The one place that writes users: TODO 1, begin here. Lesson: course/*/lessons/migration.md"""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, or_

from hooklab.services import insert

from .clerk_users import ClerkUser
from .models import User


def save(session: Session, user: ClerkUser) -> None:
    """Write what Clerk says about `user`, unless the table knows newer things or a deletion.

    Login, webhook and backfill all come here. `updated_at` is the version; a row without one is
    older than everything. Nothing is committed: that is up to the caller.
    """
    # answer 1: one statement that inserts, or updates what is older and is no tombstone.
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
    # answer 1: leave an empty row with deleted_at, whether or not there was a row.
    empty = dict.fromkeys(("email", "first_name", "last_name", "version", "seen_at"))
    _write(session, clerk_id, {**empty, "deleted_at": datetime.now(UTC)})


# not in the skeleton
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
