"""How an onboarding begins and completes: TODO 3 and 4. Lesson: course/*/lessons/onboarding.md"""

from collections.abc import Collection

from sqlmodel import Session

from .clerk_user import ClerkUser
from .settings import Settings


def signed_up(session: Session, settings: Settings, user: ClerkUser) -> None:
    """Handle `user.created`: store the user, begin their onboarding, schedule the reminder.

    Nothing is committed here. It may come again, and after updates of the same user: what has
    happened since stays. For a deleted user nothing happens.
    """
    # TODO 3: users.store(), record(), reminders.schedule().
    raise NotImplementedError("signed_up(): TODO 3 is still open, in onboarding.py")


def changed(session: Session, user: ClerkUser) -> None:
    """Handle `user.updated`: store the user, and record the steps that Clerk shows.

    Nothing is committed here. The user may be one of whom nothing is known yet. For a deleted user
    nothing happens.
    """
    # TODO 3, second half: the same without a reminder.
    raise NotImplementedError("changed(): TODO 3 is still open, in onboarding.py")


def record(session: Session, clerk_id: str, steps: Collection[str]) -> None:
    """Mark `steps` as done; the last of the four completes the onboarding and unlocks premium.

    Whoever has no onboarding yet begins one. A step that is done stays done. Of several calls at
    once one completes, and premium is granted once. Nothing is committed here.
    """
    # TODO 4: begin the row, mark the steps, complete, grant.
    # Let the database compare: rowcount says whether it was you.
    raise NotImplementedError("record(): TODO 4 is still open, in onboarding.py")
