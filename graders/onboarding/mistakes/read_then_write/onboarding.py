"""A row that was read before the other request wrote is asked whether all is done.

Loses: two_last_steps_at_once_complete
"""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from hooklab.services import Settings, insert

from . import reminders, users
from .clerk_user import ClerkUser
from .models import COMPLETED, INCOMPLETE, STEPS, Onboarding, PremiumGrant
from .steps import steps_shown_by


def signed_up(session: Session, settings: Settings, user: ClerkUser) -> None:
    """Handle `user.created`: store the user, begin their onboarding, schedule the reminder.

    Nothing is committed here. It may come again, and after updates of the same user: what has
    happened since stays. For a deleted user nothing happens.
    """
    if users.store(session, user):
        record(session, user.id, steps_shown_by(user))
        reminders.schedule(session, settings, user)


def changed(session: Session, user: ClerkUser) -> None:
    """Handle `user.updated`: store the user, and record the steps that Clerk shows.

    Nothing is committed here. The user may be one of whom nothing is known yet. For a deleted user
    nothing happens.
    """
    if users.store(session, user):
        record(session, user.id, steps_shown_by(user))


def record(session: Session, clerk_id: str, steps: Collection[str]) -> None:
    """Mark `steps` as done; the last of the four completes the onboarding and unlocks premium.

    Whoever has no onboarding yet begins one. A step that is done stays done. Of several calls at
    once one completes, and premium is granted once. Nothing is committed here.
    """
    mine = select(Onboarding).where(col(Onboarding.clerk_id) == clerk_id)
    progress = session.exec(mine).first()
    if progress is None:
        progress = Onboarding(clerk_id=clerk_id, status=INCOMPLETE, **dict.fromkeys(STEPS, False))
        session.add(progress)
    for step in steps:
        setattr(progress, step, True)
    if progress.status == INCOMPLETE and all(getattr(progress, step) for step in STEPS):
        progress.status = COMPLETED
        _unlock_premium(session, clerk_id)


def _unlock_premium(session: Session, clerk_id: str) -> None:
    grant = insert(session, PremiumGrant).values(clerk_id=clerk_id, granted_at=datetime.now(UTC))
    session.exec(grant.on_conflict_do_nothing())
