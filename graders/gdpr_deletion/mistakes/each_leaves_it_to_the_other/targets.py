"""Of two people with one address who are erased at once, each leaves it to the other.

Loses: former_addresses_leave_the_list_too
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
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

    One that another user has or had as well is left out: it goes with the last of them.
    """
    other = aliased(UserAddress)
    shared = exists().where(
        func.lower(other.address) == func.lower(col(UserAddress.address)),
        other.user_id != user_id,
    )
    query = select(UserAddress.address).where(UserAddress.user_id == user_id, ~shared)
    return tuple(session.exec(query.order_by(UserAddress.address)))


def still_theirs(session: Session, targets: Targets) -> Targets:
    """Leave out the addresses that somebody who stays has taken since the erasure began."""
    address = func.lower(col(UserAddress.address))
    mine = [each.lower() for each in targets.addresses]
    owners = session.exec(select(address, UserAddress.user_id).where(address.in_(mine))).all()
    leaving = {targets.user_id, *_leaving(session)}
    taken = {each for each, owner in owners if owner not in leaving}
    kept = (each for each in targets.addresses if each.lower() not in taken)
    return replace(targets, addresses=tuple(kept))


def _leaving(session: Session) -> set[str]:
    erasures = session.exec(select(Erasure.targets).where(Erasure.status == RUNNING))
    return {targets["user_id"] for targets in erasures if targets}
