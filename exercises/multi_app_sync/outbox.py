"""The messages that are owed: TODO 4 and 5; the rest is given."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, or_, update

from .models import Outbox
from .settings import Settings

LONGEST_WISH = timedelta(days=1)
"""A receiver may ask for so long a pause, and for no longer one."""


@dataclass(frozen=True)
class Claim:
    """A message that is ours until `until`, which also tells our claim from later ones."""

    row_id: int
    until: datetime
    message_id: str
    body: str
    attempts: int


def claim(session: Session, destination: str, now: datetime, lease: timedelta) -> Claim | None:
    """Take the message to `destination` that has waited longest; None when none is due.

    It is ours until `now + lease`. Of several who claim at once, one gets it. A message is not
    due while an earlier one about the same user, to the same destination, is not delivered.
    """
    # TODO 4: find the oldest that is free, then take it
    # with an UPDATE that looks again.
    # _free() and _has_predecessor() are conditions.
    raise NotImplementedError("claim(): TODO 4 is still open, in outbox.py")


def delay(settings: Settings, attempts: int, retry_after: str | None, now: datetime) -> timedelta:
    """How long to wait after `attempts` failed ones.

    The base, doubled each time, up to the cap; longer if the header `retry_after` asks for it, in
    seconds or as a date, up to LONGEST_WISH.
    """
    # TODO 5: the longer one of two waits; _wish() reads
    # the header.
    raise NotImplementedError("delay(): TODO 5 is still open, in outbox.py")


def note_delivered(session: Session, claim: Claim, now: datetime) -> None:
    """Write down that the message has arrived; the person in it is forgotten."""
    _change(session, claim, delivered_at=now, body=None, lease_until=None)


def note_failed(session: Session, claim: Claim, now: datetime, wait: timedelta) -> None:
    """Write down that an attempt has failed, and that the next one comes after `wait`."""
    later = {"attempts": claim.attempts + 1, "next_attempt_at": now + wait}
    _change(session, claim, **later, lease_until=None)


def _change(session: Session, claim: Claim, **values: Any) -> None:
    # Nothing changes when the lease is over and somebody else has claimed the message.
    ours = (col(Outbox.id) == claim.row_id, col(Outbox.lease_until) == claim.until)
    session.exec(update(Outbox).where(*ours).values(**values))


def _free(now: datetime) -> tuple[Any, ...]:
    lease = col(Outbox.lease_until)
    return (
        col(Outbox.delivered_at).is_(None),
        col(Outbox.next_attempt_at) <= now,
        or_(lease.is_(None), lease <= now),
    )


def _has_predecessor() -> Any:
    earlier = aliased(Outbox)
    return exists().where(
        col(earlier.destination) == col(Outbox.destination),
        col(earlier.clerk_id) == col(Outbox.clerk_id),
        col(earlier.delivered_at).is_(None),
        col(earlier.id) < col(Outbox.id),
    )


def _wish(retry_after: str | None, now: datetime) -> timedelta:
    header = retry_after or ""
    try:
        if header.isdecimal():
            return timedelta(seconds=int(header))
        date = parsedate_to_datetime(header)
    except OverflowError:
        # More than any clock holds.
        return LONGEST_WISH
    except ValueError:
        return timedelta(0)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
