"""The one queue of all services: TODO 6; the rest is given. Lesson: course/*/lessons/"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select, update

from hooklab.services import insert

from .failures import Failed
from .models import PENDING, IntegrationTask
from .settings import Settings


def owe(session: Session, clerk_id: str, integration: str) -> None:
    """Let the service learn of the user as they are now, also if it knew them already."""
    task = insert(session, IntegrationTask).values(_new(clerk_id, integration))
    again = task.on_conflict_do_update(
        index_elements=["clerk_id", "integration"],
        set_={
            "status": PENDING,
            "attempts": 0,
            "due_at": task.excluded.due_at,
            "revision": col(IntegrationTask.revision) + 1,
        },
    )
    session.exec(again)


def owe_once(session: Session, clerk_id: str, integration: str) -> None:
    """Let the service learn of the user once, however often this is asked."""
    task = insert(session, IntegrationTask).values(_new(clerk_id, integration))
    session.exec(task.on_conflict_do_nothing())


def claim(
    session: Session, integration: str, now: datetime, lease: timedelta, count: int
) -> Sequence[IntegrationTask]:
    """Take up to `count` tasks that are due, the longest waiting first, until `now + lease`."""
    until = col(IntegrationTask.lease_until)
    free = (
        col(IntegrationTask.integration) == integration,
        col(IntegrationTask.status) == PENDING,
        col(IntegrationTask.due_at) <= now,
        or_(until.is_(None), until <= now),
    )
    oldest = (
        select(IntegrationTask.id)
        .where(*free)
        .order_by(col(IntegrationTask.due_at), col(IntegrationTask.id))
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    # A statement of its own: as a subquery, PostgreSQL may run it once more for each row, and take
    # more. Where looking locks nothing, the condition is looked at once more while it takes.
    taken = (
        update(IntegrationTask)
        .where(col(IntegrationTask.id).in_(session.exec(oldest).all()), *free)
        .values(lease_until=now + lease)
        .returning(IntegrationTask)
    )
    return session.scalars(taken).all()


def finish(session: Session, task: IntegrationTask, **values: Any) -> bool:
    """Change the task's row and give it back; False when it is not to be changed.

    Whatever came to be owed meanwhile is still owed: then the row is given back as it is. When the
    claim has gone to somebody else, nothing happens at all.
    """
    ours = (
        col(IntegrationTask.id) == task.id,
        col(IntegrationTask.lease_until) == task.lease_until,
    )
    same = col(IntegrationTask.revision) == task.revision
    row = update(IntegrationTask)
    if session.exec(row.where(*ours, same).values(lease_until=None, **values)).rowcount == 1:
        return True
    kept = {name: value for name, value in values.items() if name == "known_as"}
    session.exec(row.where(*ours).values(lease_until=None, **kept))
    return False


def after_failure(
    settings: Settings, attempts: int, failure: Failed, now: datetime
) -> dict[str, Any]:
    """The new values of a task whose attempt number `attempts` has failed.

    It waits for the base delay, doubled with each failure, up to the cap; and for as long as the
    service asked, if that is longer. It is dead after `integration_max_attempts`, or at once when
    trying again cannot help.
    """
    # TODO 6: dead, or due again later.
    raise NotImplementedError("after_failure(): TODO 6 is still open, in queue.py")


def _new(clerk_id: str, integration: str) -> dict[str, Any]:
    return {
        "clerk_id": clerk_id,
        "integration": integration,
        "status": PENDING,
        "attempts": 0,
        "revision": 1,
        "due_at": datetime.now(UTC),
    }
