"""The queue: TODO 3 and 4; the rest is given. Lesson: course/*/lessons/welcome_email.md"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select, update

from .models import PENDING, SENDING, UNCERTAIN, EmailQueue
from .settings import Settings

BATCH = 100
"""A run takes so many at most; the next run takes the others."""


@dataclass(frozen=True)
class Claim:
    """An e-mail that is ours until `until`, which also tells our claim from later ones."""

    mail_id: int
    until: datetime


def due(session: Session, now: datetime) -> list[int]:
    """The ids of the e-mails that may be tried now, the longest waiting first."""
    query = (
        select(col(EmailQueue.id))
        .where(*_free(now))
        .order_by(col(EmailQueue.next_attempt_at), col(EmailQueue.id))
        .limit(BATCH)
    )
    return list(session.exec(query))


def claim(session: Session, mail_id: int, now: datetime, lease: timedelta) -> Claim | None:
    """Take the e-mail until `now + lease`; None when it is not due, or somebody else has it.

    Of several who claim at once, one gets it. It stays "pending": nothing has been sent yet.
    """
    # TODO 3: one UPDATE that also looks; _free() helps.
    raise NotImplementedError("claim(): TODO 3 is still open, in queue.py")


def change(session: Session, claim: Claim, **values: Any) -> bool:
    """Change the e-mail's row; False, and nothing changes, when the claim is no longer ours."""
    changed = (
        update(EmailQueue)
        .where(
            col(EmailQueue.id) == claim.mail_id,
            col(EmailQueue.lease_until) == claim.until,
        )
        .values(**values)
    )
    return bool(session.exec(changed).rowcount == 1)


def backoff(settings: Settings, attempts: int) -> timedelta:
    """How long to wait after `attempts` failed ones: the base, doubled each time, up to the cap."""
    # TODO 4: mail_retry_base_seconds, mail_retry_cap_seconds.
    raise NotImplementedError("backoff(): TODO 4 is still open, in queue.py")


def after_failure(settings: Settings, attempts: int, now: datetime) -> dict[str, Any]:
    """The new values of an e-mail whose attempt number `attempts` has failed.

    It waits for its next attempt and is free again, or is dead after `mail_max_attempts`.
    """
    # TODO 4, second half: dead, or pending until later.
    raise NotImplementedError("after_failure(): TODO 4 is still open, in queue.py")


def mark_uncertain(session: Session, now: datetime) -> int:
    """Set aside whatever is still "sending" after its lease; how many there were.

    Its sender died while the mail server had the text, or was about to get it. Nobody can tell, so
    nobody sends it again.
    """
    lost = (
        update(EmailQueue)
        .where(col(EmailQueue.status) == SENDING, col(EmailQueue.lease_until) <= now)
        .values(status=UNCERTAIN)
    )
    return int(session.exec(lost).rowcount)


def _free(now: datetime) -> tuple[Any, ...]:
    lease = col(EmailQueue.lease_until)
    return (
        col(EmailQueue.status) == PENDING,
        col(EmailQueue.next_attempt_at) <= now,
        or_(lease.is_(None), lease <= now),
    )
