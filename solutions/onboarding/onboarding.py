"""How an onboarding begins and completes: TODO 3 and 4. Lesson: course/*/lessons/onboarding.md"""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlmodel import Session, col, update

from hooklab.services import insert

from . import reminders, users
from .clerk_user import ClerkUser
from .models import COMPLETED, INCOMPLETE, STEPS, Onboarding, PremiumGrant
from .settings import Settings
from .steps import steps_shown_by


def signed_up(session: Session, settings: Settings, user: ClerkUser) -> None:
    """Handle `user.created`: store the user, begin their onboarding, schedule the reminder.

    Nothing is committed here. It may come again, and after updates of the same user: what has
    happened since stays. For a deleted user nothing happens.
    """
    # answer 3: users.store(), record(), reminders.schedule().
    if users.store(session, user):
        record(session, user.id, steps_shown_by(user))
        reminders.schedule(session, settings, user)


def changed(session: Session, user: ClerkUser) -> None:
    """Handle `user.updated`: store the user, and record the steps that Clerk shows.

    Nothing is committed here. The user may be one of whom nothing is known yet. For a deleted user
    nothing happens.
    """
    # answer 3, second half: the same without a reminder.
    if users.store(session, user):
        record(session, user.id, steps_shown_by(user))


def record(session: Session, clerk_id: str, steps: Collection[str]) -> None:
    """Mark `steps` as done; the last of the four completes the onboarding and unlocks premium.

    Whoever has no onboarding yet begins one. A step that is done stays done. Of several calls at
    once one completes, and premium is granted once. Nothing is committed here.
    """
    # answer 4: begin the row, mark the steps, complete, grant.
    #: # Let the database compare: rowcount says whether it was you.
    nothing_done = dict.fromkeys(STEPS, False)
    row = insert(session, Onboarding).values(clerk_id=clerk_id, status=INCOMPLETE, **nothing_done)
    session.exec(row.on_conflict_do_nothing())
    ours = update(Onboarding).where(col(Onboarding.clerk_id) == clerk_id)
    if steps:
        # From here on the row is ours until the commit: whoever comes second sees our step.
        session.exec(ours.values(dict.fromkeys(steps, True)))
    every_step = (col(getattr(Onboarding, step)).is_(True) for step in STEPS)
    completes = ours.where(col(Onboarding.status) == INCOMPLETE, *every_step)
    # The database compares and writes in one statement, so that the grant is one caller's only.
    if session.exec(completes.values(status=COMPLETED)).rowcount == 1:
        _unlock_premium(session, clerk_id)


# not in the skeleton
def _unlock_premium(session: Session, clerk_id: str) -> None:
    grant = insert(session, PremiumGrant).values(clerk_id=clerk_id, granted_at=datetime.now(UTC))
    session.exec(grant.on_conflict_do_nothing())
