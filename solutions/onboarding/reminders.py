"""Who is reminded, and when: TODO 5 and 6. Lesson: course/*/lessons/onboarding.md"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, and_, col, exists, or_, select, update

from hooklab.services import insert

from .clerk_user import ClerkUser
from .models import (
    INCOMPLETE,
    NEEDLESS,
    ONBOARDING,
    SENDING,
    UNCERTAIN,
    WAITING,
    Onboarding,
    Reminder,
    User,
    UserPreferences,
)
from .settings import Settings

BATCH = 100
"""A run takes so many at most; the next run takes the others."""


@dataclass(frozen=True)
class Claim:
    """A reminder that is ours until `until`, which also tells our claim from later ones."""

    reminder_id: int
    until: datetime


def schedule(session: Session, settings: Settings, user: ClerkUser) -> None:
    """Write the reminder that is due `onboarding_reminder_hours` after the user was created.

    It is written once, as WAITING: one that exists stays as it is. Nothing is committed here.
    """
    # answer 5: count from the sign-up, not from now.
    created_at = datetime.fromtimestamp(user.created_at / 1000, UTC)
    row = insert(session, Reminder).values(
        clerk_id=user.id,
        kind=ONBOARDING,
        due_at=created_at + timedelta(hours=settings.onboarding_reminder_hours),
        status=WAITING,
        attempts=0,
    )
    session.exec(row.on_conflict_do_nothing())


def still_wanted() -> Any:
    """The condition, for a query on `reminder`, that somebody is still to be reminded.

    Their onboarding is incomplete, they are not deleted, they have an address, and they have not
    switched notifications off.
    """
    # answer 6: three questions with exists(), joined by and_().
    somebody = exists().where(
        col(User.clerk_id) == col(Reminder.clerk_id),
        col(User.deleted).is_(False),
        col(User.email).is_not(None),
    )
    incomplete = exists().where(
        col(Onboarding.clerk_id) == col(Reminder.clerk_id),
        col(Onboarding.status) == INCOMPLETE,
    )
    silence = exists().where(
        col(UserPreferences.clerk_id) == col(Reminder.clerk_id),
        col(UserPreferences.notifications).is_(False),
    )
    return and_(somebody, incomplete, ~silence)


def claim(session: Session, reminder_id: int, now: datetime, lease: timedelta) -> Claim | None:
    """Take the reminder until `now + lease`; None when it is not due, not wanted, or taken.

    Of several who claim at once, one gets it. It stays WAITING: nothing has been sent yet.
    """
    # answer 6, second half: one UPDATE that also looks; _free() helps.
    # Hours have passed since it was written: the statement that takes it asks everything again.
    taken = (
        update(Reminder)
        .where(col(Reminder.id) == reminder_id, *_free(now), still_wanted())
        .values(lease_until=now + lease)
    )
    return Claim(reminder_id, now + lease) if session.exec(taken).rowcount == 1 else None


def due(session: Session, now: datetime) -> list[int]:
    """The ids of the reminders that may be tried now, the longest waiting first. Given."""
    query = select(col(Reminder.id)).where(*_free(now)).order_by(col(Reminder.due_at)).limit(BATCH)
    return list(session.exec(query))


def change(session: Session, claim: Claim, **values: Any) -> bool:
    """Change the reminder's row; False, and nothing changes, when it is no longer ours. Given."""
    ours = (col(Reminder.id) == claim.reminder_id, col(Reminder.lease_until) == claim.until)
    return bool(session.exec(update(Reminder).where(*ours).values(**values)).rowcount == 1)


def tidy_up(session: Session, now: datetime) -> None:
    """Set aside what nobody is to send any more. Given.

    What is due and no longer wanted is NEEDLESS. What is SENDING after its lease is UNCERTAIN: its
    sender died while the mail server may have had the text.
    """
    needless = update(Reminder).where(*_free(now), ~still_wanted()).values(status=NEEDLESS)
    session.exec(needless)
    lost = (col(Reminder.status) == SENDING, col(Reminder.lease_until) <= now)
    session.exec(update(Reminder).where(*lost).values(status=UNCERTAIN))


def _free(now: datetime) -> tuple[Any, ...]:
    lease = col(Reminder.lease_until)
    return (
        col(Reminder.status) == WAITING,
        col(Reminder.due_at) <= now,
        or_(lease.is_(None), lease <= now),
    )
