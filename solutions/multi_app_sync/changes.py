"""What a change writes: TODO 1, begin here. Lesson: course/*/lessons/multi_app_sync.md"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlmodel import Session, col, delete

from hooklab.services import insert
from hooklab.webhooks import Event

from .clerk_user import ClerkUser, DeletedUser
from .message import envelope
from .models import GONE, Outbox, User, UserVersion


def record_change(session: Session, event: Event, destinations: Iterable[str]) -> bool:
    """Write what `event` changes, and a message to each of `destinations`; False for old news.

    `event` is a `user.created`, `user.updated` or `user.deleted`. Nothing is committed here: the
    caller's transaction holds all rows. Old news, and whatever comes after a deletion, writes
    nothing. Data that is no user raises pydantic's ValidationError.
    """
    # answer 1: advance the version, or stop here.
    #: # Store or delete the user. Once TODO 2 is done, add a row
    #: # of Outbox for each of `destinations`, due at once.
    clerk_id = _remove(session, event) if event.type == "user.deleted" else _store(session, event)
    if clerk_id is None:
        return False
    now, body = datetime.now(UTC), envelope(event)
    session.add_all(
        Outbox(
            destination=name,
            message_id=event.message_id,
            clerk_id=clerk_id,
            body=body,
            next_attempt_at=now,
        )
        for name in destinations
    )
    return True


def advance(session: Session, clerk_id: str, version: int) -> bool:
    """Given: whether `version` is news. The row stays locked until the transaction ends.

    One statement compares and writes: of several deliveries at once only one wins, and the
    messages of one user are written one change after the other.
    """
    row = insert(session, UserVersion).values(clerk_id=clerk_id, version=version)
    statement = row.on_conflict_do_update(
        index_elements=["clerk_id"],
        set_={"version": row.excluded.version},
        where=col(UserVersion.version) < row.excluded.version,
    ).returning(col(UserVersion.clerk_id))
    return session.exec(statement).first() is not None


# not in the skeleton
def _store(session: Session, event: Event) -> str | None:
    user = ClerkUser.model_validate(event.data)
    if not advance(session, user.id, user.updated_at):
        return None
    session.merge(
        User(
            clerk_id=user.id,
            email=user.primary_email,
            first_name=user.first_name,
            last_name=user.last_name,
            version=user.updated_at,
        )
    )
    return user.id


# not in the skeleton
def _remove(session: Session, event: Event) -> str | None:
    gone = DeletedUser.model_validate(event.data)
    if not advance(session, gone.id, GONE):
        return None
    session.exec(delete(User).where(col(User.clerk_id) == gone.id))
    return gone.id
