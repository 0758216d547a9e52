"""Call one courier for each parcel that is paid and packed, and nudge whoever forgets to pay.

The lesson on onboarding explains this file section by section. It is a sibling of
that exercise, not its answer: two flags instead of four, whole seconds for times.
"""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, exists, update

from hooklab.services import insert


class Parcel(SQLModel, table=True):
    """Something that was ordered; it leaves once it is paid and packed."""

    parcel_id: str = Field(primary_key=True)
    paid: bool = False
    packed: bool = False
    state: str = "open"


# --8<-- [start:keys]
class Pickup(SQLModel, table=True):
    """A courier who was called; one for each parcel."""

    id: int | None = Field(default=None, primary_key=True)
    parcel_id: str = Field(foreign_key="parcel.parcel_id", unique=True)


class Nudge(SQLModel, table=True):
    """A word to the customer, later; one of each sort for a parcel. Times are seconds."""

    __table_args__ = (
        UniqueConstraint("parcel_id", "sort"),
        Index("nudge_by_due_at", "sent", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    parcel_id: str = Field(foreign_key="parcel.parcel_id")
    sort: str
    due_at: int
    sent: bool = False


# --8<-- [end:keys]


# --8<-- [start:mark]
def mark(session: Session, parcel_id: str, flag: str) -> None:
    """Set `flag`, "paid" or "packed"; the later of the two calls the courier."""
    ours = update(Parcel).where(col(Parcel.parcel_id) == parcel_id)
    session.exec(ours.values({flag: True}))
    both = (col(Parcel.paid).is_(True), col(Parcel.packed).is_(True))
    ready = ours.where(col(Parcel.state) == "open", *both).values(state="ready")
    if session.exec(ready).rowcount == 1:
        pickup = insert(session, Pickup).values(parcel_id=parcel_id)
        session.exec(pickup.on_conflict_do_nothing())


# --8<-- [end:mark]


# --8<-- [start:take]
def take(session: Session, nudge_id: int, now: int) -> bool:
    """Whether this nudge is ours to send: it is due, nobody has it, and nobody has paid."""
    unpaid = exists().where(
        col(Parcel.parcel_id) == col(Nudge.parcel_id), col(Parcel.paid).is_(False)
    )
    ours = update(Nudge).where(
        col(Nudge.id) == nudge_id, col(Nudge.sent).is_(False), col(Nudge.due_at) <= now, unpaid
    )
    return bool(session.exec(ours.values(sent=True)).rowcount == 1)


# --8<-- [end:take]
