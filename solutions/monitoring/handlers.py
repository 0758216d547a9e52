"""Given: what the app does with an event. It may be done twice. Nothing to write here."""

from typing import Any

from sqlmodel import Session, col

from hooklab.services import insert
from hooklab.webhooks import Event

from . import billing
from .clerk_user import ClerkUser
from .models import User
from .settings import Settings


def handle(session: Session, settings: Settings, event: Event) -> None:
    """Do what `event` asks for; types that are not named here ask for nothing.

    What is written belongs to the caller's transaction. Whatever is raised, the event is not
    handled, and may be handled later.
    """
    match event.type:
        case "user.created":
            user = ClerkUser.model_validate(event.data)
            # First: while billing takes its time, the database is locked for nobody.
            billing.open_account(settings, event.message_id, user)
            _keep(session, user)
        case "user.updated":
            _keep(session, ClerkUser.model_validate(event.data))
        case "user.deleted":
            _forget(session, str(event.data["id"]))
        case "email.created" | "sms.created":
            kind = str(event.data.get("object"))
            billing.charge(settings, event.message_id, kind, event.data.get("user_id"))


def _keep(session: Session, user: ClerkUser) -> None:
    values: dict[str, Any] = {
        "email": user.primary_email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "version": user.updated_at,
    }
    # Older news changes nothing, and nobody comes back after a deletion.
    newer = (col(User.version) < user.updated_at) & col(User.deleted).is_(False)
    session.exec(
        insert(session, User)
        .values(clerk_id=user.id, **values)
        .on_conflict_do_update(index_elements=["clerk_id"], set_=values, where=newer)
    )


def _forget(session: Session, clerk_id: str) -> None:
    nothing: dict[str, Any] = {"email": None, "first_name": None, "last_name": None}
    session.exec(
        insert(session, User)
        .values(clerk_id=clerk_id, deleted=True, **nothing)
        .on_conflict_do_update(index_elements=["clerk_id"], set_={"deleted": True, **nothing})
    )
