"""What is to be done, kept and claimed: TODO 1 to 4. Lesson: course/*/lessons/resilience.md"""

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select, update

from hooklab.services import insert

from .models import DEAD, SVIX, WAITING, Inbox
from .settings import Settings


@dataclass(frozen=True)
class Entry:
    """A claimed entry: ours until `lease_until`, which also tells our claim from later ones."""

    id: int
    type: str
    data: dict[str, Any]
    attempts: int
    crashes: int
    lease_until: datetime


def keep(
    session: Session, svix_id: str, kind: str, data: dict[str, Any], source: str = SVIX
) -> bool:
    """Write down what is to be done, at once; False when this `svix_id` is there already.

    Of several who keep the same at once, one does. Nothing is committed here.
    """
    # answer 1: insert a row; the unique key decides who was first.
    now = datetime.now(UTC)
    entry = insert(session, Inbox).values(
        svix_id=svix_id,
        source=source,
        type=kind,
        payload=json.dumps(data),
        received_at=now,
        next_attempt_at=now,
    )
    # Not `rowcount`: for an INSERT, PostgreSQL's driver does not always know it.
    kept = entry.on_conflict_do_nothing().returning(col(Inbox.svix_id))
    return session.exec(kept).first() is not None


def claim(session: Session, now: datetime, lease: timedelta) -> Entry | None:
    """Take the entry that has been due for longest; None when none is due.

    It is ours until `now + lease`, and then due again. Of several who claim at once, one gets it.
    The caller commits at once: a claim that is not committed keeps nobody away.
    """
    # answer 2: find what is due, and take it in a statement that looks once more.
    until = col(Inbox.lease_until)
    due = (
        col(Inbox.status) == WAITING,
        col(Inbox.next_attempt_at) <= now,
        or_(until.is_(None), until <= now),
    )
    longest = select(Inbox).where(*due).order_by(col(Inbox.next_attempt_at), col(Inbox.id))
    row = session.exec(longest.limit(1)).first()
    if row is None or row.id is None:
        return None
    found = Entry(
        row.id, row.type, json.loads(row.payload or "{}"), row.attempts, row.crashes, now + lease
    )
    # The conditions once more: between looking and taking, a rival may have taken it.
    ours = update(Inbox).where(col(Inbox.id) == row.id, *due).values(lease_until=now + lease)
    if session.exec(ours).rowcount == 1:
        return found
    session.expire_all()
    return claim(session, now, lease)


def delay(settings: Settings, attempts: int, retry_after: timedelta | None = None) -> timedelta:
    """How long to wait after `attempts` failed ones.

    The base, doubled each time, up to the cap: this is the longest. The delay is drawn by chance
    between half of that and that. If a service asks for more with `retry_after`, it gets it.
    """
    # answer 3: double, cap, and draw by chance; then look at retry_after.
    doubled = settings.inbox_retry_base_seconds * 2 ** min(attempts - 1, 30)
    longest = min(doubled, settings.inbox_retry_cap_seconds)
    # What failed together does not come back together.
    drawn = timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311
    return max(drawn, retry_after or timedelta(0))


def note(session: Session, entry: Entry, **values: Any) -> None:
    """Given: write down how an attempt ended, unless somebody else has claimed the entry since."""
    ours = (col(Inbox.id) == entry.id, col(Inbox.lease_until) == entry.lease_until)
    session.exec(update(Inbox).where(*ours).values(lease_until=None, **values))


def revive(session: Session) -> int:
    """Let every dead entry wait again, due now and as if it had never failed; how many it were."""
    # answer 4: one update over all dead entries.
    fresh = {"status": WAITING, "reason": None, "attempts": 0, "crashes": 0}
    dead = update(Inbox).where(col(Inbox.status) == DEAD)
    return session.exec(dead.values(**fresh, next_attempt_at=datetime.now(UTC))).rowcount
