"""Whatever comes last is taken for the newest.

Loses: the_contact_follows_the_user
"""

from sqlmodel import Session, col, delete, update

from hooklab.services import insert
from hooklab.webhooks import Event

from .clerk_user import ClerkUser, DeletedUser
from .models import ANALYTICS, NEWSLETTER, PENDING, SLACK, SUPPORT, IntegrationTask, User
from .queue import owe, owe_once


def record(session: Session, event: Event) -> None:
    """Write what `event` changes, and what is owed because of it; the caller commits both."""
    match event.type:
        case "user.created" | "user.updated":
            user = ClerkUser.model_validate(event.data)
            instance_id = str(event.payload.get("instance_id") or "")
            if _keep(session, user, instance_id):
                owe(session, user.id, NEWSLETTER)
                owe(session, user.id, SUPPORT)
            # Not only when it is news: an update may have come first.
            if event.type == "user.created" and not session.get_one(User, user.id).deleted:
                owe_once(session, user.id, SLACK)
                owe_once(session, user.id, ANALYTICS)
        case "user.deleted":
            clerk_id = DeletedUser.model_validate(event.data).id
            if _bury(session, clerk_id):
                _announce_no_more(session, clerk_id)
                owe(session, clerk_id, NEWSLETTER)
                owe(session, clerk_id, SUPPORT)


def forget_address(session: Session, clerk_id: str) -> None:
    """Blank the address of a deleted user, which nobody needs any more."""
    gone = (col(User.clerk_id) == clerk_id, col(User.deleted).is_(True))
    session.exec(update(User).where(*gone).values(email=None))


def _keep(session: Session, user: ClerkUser, instance_id: str) -> bool:
    """Write the user unless the row is as new, or deleted; whether anything changed."""
    row = {
        "clerk_id": user.id,
        "version": user.updated_at,
        "deleted": False,
        "signed_up_at": user.signed_up_at,
        "instance_id": instance_id,
        "email": user.primary_email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "newsletter": user.newsletter,
    }
    written = insert(session, User).values(row)
    newer = written.on_conflict_do_update(
        index_elements=["clerk_id"],
        set_={name: written.excluded[name] for name in row if name != "clerk_id"},
        where=col(User.deleted).is_(False),
    ).returning(col(User.clerk_id))
    return session.exec(newer).first() is not None


def _bury(session: Session, clerk_id: str) -> bool:
    """Leave of the user an id, a mark and, for a while, the address; False when done before."""
    buried = {"deleted": True, "first_name": None, "last_name": None, "newsletter": False}
    written = insert(session, User).values(
        clerk_id=clerk_id, version=0, instance_id="", email=None, signed_up_at=None, **buried
    )
    first = written.on_conflict_do_update(
        index_elements=["clerk_id"], set_=buried, where=col(User.deleted).is_(False)
    ).returning(col(User.clerk_id))
    return session.exec(first).first() is not None


def _announce_no_more(session: Session, clerk_id: str) -> None:
    waiting = (
        col(IntegrationTask.clerk_id) == clerk_id,
        col(IntegrationTask.integration) == SLACK,
        col(IntegrationTask.status) == PENDING,
    )
    session.exec(delete(IntegrationTask).where(*waiting))
