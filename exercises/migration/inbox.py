"""Deliveries, kept and then applied: TODO 4. Lesson: course/*/lessons/migration.md"""

from typing import Any

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from hooklab.webhooks import Event

from .clerk_users import ClerkUser
from .models import PARKED, WAITING, Inbox

DELETED = "user.deleted"
TYPES = ("user.created", "user.updated", DELETED)

BATCH = 100


def receive(session: Session, event: Event) -> str:
    """Keep a delivery about a user, once, and apply it if deliveries about this user are applied.

    Only what `ClerkUser` reads is kept. What is no user is kept as "parked", without its data.
    Nothing is committed here. Returns what became of it: its status, or "duplicate".
    """
    _values = _read(event)
    # TODO 4: insert them under the svix-id; a message that is there already is a duplicate.
    # TODO 4: apply what is new and waits, if `phases.applies` says so.
    raise NotImplementedError("receive(): TODO 4 is still open, in inbox.py")


def apply_waiting(engine: Engine) -> int:
    """Apply what waits and may be applied now, in the order of arrival; how much there was.

    Each delivery has a transaction of its own: what was applied before a crash stays applied.
    """
    # TODO 4: all that waits and may be applied, batch after batch, until nothing is left.
    raise NotImplementedError("apply_waiting(): TODO 4 is still open, in inbox.py")


def newest_waiting(session: Session, clerk_ids: list[str]) -> dict[str, int | None]:
    """The newest version that waits for each of the users; None for a deletion."""
    found: dict[str, int | None] = {}
    for entry in session.exec(
        select(Inbox).where(col(Inbox.status) == WAITING, col(Inbox.clerk_id).in_(clerk_ids))
    ):
        clerk_id = str(entry.clerk_id)
        known = found.get(clerk_id, 0)
        if known is not None:
            found[clerk_id] = None if entry.version is None else max(known, entry.version)
    return found


def _read(event: Event) -> dict[str, Any]:
    try:
        if event.type == DELETED:
            return {"clerk_id": str(event.data["id"]), "status": WAITING}
        user = ClerkUser.model_validate(event.data)
    except (ValidationError, KeyError):
        return {"status": PARKED}
    return {
        "clerk_id": user.id,
        "version": user.updated_at,
        "payload": user.model_dump_json(),
        "status": WAITING,
    }
