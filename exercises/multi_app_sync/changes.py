"""What a change writes: TODO 1, begin here. Lesson: course/*/lessons/multi_app_sync.md"""

from collections.abc import Iterable

from sqlmodel import Session, col

from hooklab.services import insert
from hooklab.webhooks import Event

from .models import UserVersion


def record_change(session: Session, event: Event, destinations: Iterable[str]) -> bool:
    """Write what `event` changes, and a message to each of `destinations`; False for old news.

    `event` is a `user.created`, `user.updated` or `user.deleted`. Nothing is committed here: the
    caller's transaction holds all rows. Old news, and whatever comes after a deletion, writes
    nothing. Data that is no user raises pydantic's ValidationError.
    """
    # TODO 1: advance the version, or stop here.
    # Store or delete the user. Once TODO 2 is done, add a row
    # of Outbox for each of `destinations`, due at once.
    raise NotImplementedError("record_change(): TODO 1 is still open, in changes.py")


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
