"""Given: of several processes, one has an erasure. Nothing to write here.

It is the claim with a lease of the exercise welcome_email, for a whole erasure.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select, update

from .models import RUNNING, Erasure
from .settings import Settings
from .targets import Targets, still_theirs


@dataclass(frozen=True)
class Claim:
    """An erasure that is ours until `until`, which also tells our claim from later ones."""

    erasure_id: int
    until: datetime
    targets: Targets


def unclaimed(engine: Engine) -> list[int]:
    """The ids of the erasures that are not done and that nobody has."""
    query = select(col(Erasure.id)).where(*_free(datetime.now(UTC))).order_by(col(Erasure.id))
    with Session(engine) as session:
        return [each for each in session.exec(query) if each is not None]


def claim(engine: Engine, settings: Settings, erasure_id: int) -> Claim | None:
    """Take the erasure until the lease ends; None when it is done, or somebody else has it.

    When this returns it is committed: a claim in an open transaction would tell nobody.
    """
    now = datetime.now(UTC)
    until = now + timedelta(seconds=settings.erasure_lease_seconds)
    with Session(engine) as session, session.begin():
        taken = update(Erasure).where(col(Erasure.id) == erasure_id, *_free(now))
        if session.exec(taken.values(lease_until=until)).rowcount != 1:
            return None
        targets = session.get_one(Erasure, erasure_id).targets or {}
        return Claim(erasure_id, until, still_theirs(session, Targets.from_json(targets)))


def release(engine: Engine, claim: Claim) -> None:
    """Give the erasure back, if it is still ours."""
    ours = col(Erasure.id) == claim.erasure_id, col(Erasure.lease_until) == claim.until
    with Session(engine) as session, session.begin():
        session.exec(update(Erasure).where(*ours).values(lease_until=None))


def _free(now: datetime) -> tuple[Any, ...]:
    lease = col(Erasure.lease_until)
    return col(Erasure.status) == RUNNING, or_(lease.is_(None), lease <= now)
