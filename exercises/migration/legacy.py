"""Given: what the login has always done. Nothing to write here, and one day nothing to keep."""

from sqlmodel import Session

from hooklab.services import insert

from .clerk_users import ClerkUser
from .models import User


def upsert_at_login(session: Session, user: ClerkUser) -> None:
    """Write what Clerk says now over whatever is there. It knows no versions and no tombstones."""
    values = {
        "email": user.primary_email,
        "first_name": user.first_name,
        "last_name": user.last_name,
    }
    session.exec(
        insert(session, User)
        .values(clerk_id=user.id, **values)
        .on_conflict_do_update(index_elements=["clerk_id"], set_=values)
    )
