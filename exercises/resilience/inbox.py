"""What is to be done, kept and claimed: TODO 1 to 4. Lesson: course/*/lessons/resilience.md"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, update

from .models import SVIX, Inbox
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
    # TODO 1: insert a row; the unique key decides who was first.
    raise NotImplementedError("keep(): TODO 1 is still open, in inbox.py")


def claim(session: Session, now: datetime, lease: timedelta) -> Entry | None:
    """Take the entry that has been due for longest; None when none is due.

    It is ours until `now + lease`, and then due again. Of several who claim at once, one gets it.
    The caller commits at once: a claim that is not committed keeps nobody away.
    """
    # TODO 2: find what is due, and take it in a statement that looks once more.
    raise NotImplementedError("claim(): TODO 2 is still open, in inbox.py")


def delay(settings: Settings, attempts: int, retry_after: timedelta | None = None) -> timedelta:
    """How long to wait after `attempts` failed ones.

    The base, doubled each time, up to the cap: this is the longest. The delay is drawn by chance
    between half of that and that. If a service asks for more with `retry_after`, it gets it.
    """
    # TODO 3: double, cap, and draw by chance; then look at retry_after.
    raise NotImplementedError("delay(): TODO 3 is still open, in inbox.py")


def note(session: Session, entry: Entry, **values: Any) -> None:
    """Given: write down how an attempt ended, unless somebody else has claimed the entry since."""
    ours = (col(Inbox.id) == entry.id, col(Inbox.lease_until) == entry.lease_until)
    session.exec(update(Inbox).where(*ours).values(lease_until=None, **values))


def revive(session: Session) -> int:
    """Let every dead entry wait again, due now and as if it had never failed; how many it were."""
    # TODO 4: one update over all dead entries.
    raise NotImplementedError("revive(): TODO 4 is still open, in inbox.py")
