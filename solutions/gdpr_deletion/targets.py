"""Given: what an erasure has to know before it begins. Nothing to write here."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from .models import RUNNING, Erasure, UserAddress


@dataclass(frozen=True)
class Targets:
    """What the steps of an erasure need. It is personal data, and goes when they are done."""

    clerk_id: str
    user_id: str | None
    """None for somebody of whom the app has no row."""
    stripe_customer_id: str | None
    addresses: tuple[str, ...]
    """Those of today and those of before."""

    def as_json(self) -> dict[str, Any]:
        """For a column."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Targets":
        """What `as_json` wrote."""
        return cls(**{**value, "addresses": tuple(value["addresses"])})


def addresses_of(session: Session, user_id: str) -> tuple[str, ...]:
    """Every address that the user has or had.

    One that another user has or had as well is left out, unless they are being erased too: it goes
    with the last of them.
    """
    address = func.lower(col(UserAddress.address))
    mine = select(address).where(UserAddress.user_id == user_id)
    owned = select(UserAddress).where(address.in_(mine))
    # Locked: of two who go at the same moment, the second one has to see the first one's erasure.
    owned = owned.order_by(UserAddress.address, UserAddress.user_id).with_for_update()
    rows = session.exec(owned).all()
    leaving = {user_id, *_leaving(session)}
    kept = {row.address.lower() for row in rows if row.user_id not in leaving}
    own = (row.address for row in rows if row.user_id == user_id)
    return tuple(each for each in own if each.lower() not in kept)


def still_theirs(session: Session, targets: Targets) -> Targets:
    """Leave out the addresses that somebody who stays has taken since the erasure began."""
    address = func.lower(col(UserAddress.address))
    mine = [each.lower() for each in targets.addresses]
    owners = session.exec(select(address, UserAddress.user_id).where(address.in_(mine))).all()
    leaving = {targets.user_id, *_leaving(session)}
    taken = {each for each, owner in owners if owner not in leaving}
    return replace(
        targets, addresses=tuple(it for it in targets.addresses if it.lower() not in taken)
    )


def _leaving(session: Session) -> set[str]:
    erasures = session.exec(select(Erasure.targets).where(Erasure.status == RUNNING))
    return {targets["user_id"] for targets in erasures if targets}
