"""Keep slips about lost things, work on them whatever happens, and count the shelves now and then.

The lesson on resilience explains this file section by section. It is a sibling of that exercise,
not its answer: one table for slips, whole seconds for times, cards instead of accounts.
"""

import random
from collections.abc import Callable, Collection

from sqlmodel import Field, Session, SQLModel, col, delete, func, select, update

from hooklab.services import insert

MINUTE, HOUR = 60, 3600


class Slip(SQLModel, table=True):
    """A station's word that it has found something."""

    __tablename__ = "lost_slip"

    number: str = Field(primary_key=True)
    thing: str
    came_at: int
    state: str = "open"
    why: str | None = None
    tries: int = 0
    due_at: int = 0
    held_until: int = 0


class Thing(SQLModel, table=True):
    """Something on the shelves, as far as the office knows."""

    __tablename__ = "lost_thing"

    name: str = Field(primary_key=True)
    card_sent: bool = False


class Illegible(Exception):
    """No clerk will ever read this slip."""


class Closed(Exception):
    """The post office is closed now."""


# --8<-- [start:file]
def file(session: Session, number: str, thing: str, now: int) -> bool:
    """Put a slip into the tray; False when it is there. Say "thank you" after the commit."""
    slip = insert(session, Slip).values(
        number=number, thing=thing, came_at=now, due_at=now, state="open", tries=0, held_until=0
    )
    # Not `rowcount`: PostgreSQL does not always know it for an INSERT.
    filed = slip.on_conflict_do_nothing().returning(col(Slip.number))
    return session.exec(filed).first() is not None


# --8<-- [end:file]


# --8<-- [start:take]
def take(session: Session, now: int, minutes: int = 5) -> str | None:
    """Hold the slip that is due; it is anybody's again when the time is over."""
    free = (Slip.state == "open", Slip.due_at <= now, Slip.held_until <= now)
    first = select(Slip.number).where(*free).order_by(Slip.due_at).limit(1).scalar_subquery()
    held = update(Slip).where(col(Slip.number) == first, *free)
    held = held.values(held_until=now + minutes * MINUTE)
    return session.exec(held.returning(col(Slip.number))).scalar_one_or_none()


# --8<-- [end:take]


# --8<-- [start:why]
def work(slip: Slip, now: int, handle: Callable[[Slip], None]) -> None:
    """Handle a slip that is held, and write down what that means for it."""
    try:
        handle(slip)
        slip.state = "done"
    except Illegible as reason:
        slip.state, slip.why = "aside", str(reason)
    except Closed:
        slip.tries += 1
        slip.due_at = now + pause(slip.tries)
    slip.held_until = 0


# --8<-- [end:why]


# --8<-- [start:pause]
def pause(tries: int, first: int = MINUTE, most: int = HOUR) -> int:
    """Twice as long each time, an hour at most, and never together with the others."""
    longest = min(first * 2 ** (tries - 1), most)
    return random.randint(longest // 2, longest)  # noqa: S311


# --8<-- [end:pause]


# --8<-- [start:card]
def send_card(session: Session, thing: Thing, post: Callable[[str, str], None]) -> None:
    """Have a card sent to the owner; the post office knows a repeat by its key."""
    if not thing.card_sent:
        post(f"card/{thing.name}", thing.name)
        thing.card_sent = True
        session.commit()


# --8<-- [end:card]


# --8<-- [start:count]
def count_shelves(session: Session, on_shelves: Collection[str], today: str, now: int) -> None:
    """Whatever lies there and is in no book gets a slip, as if a station had sent one."""
    known = set(session.exec(select(Thing.name)))
    for name in on_shelves:
        if name not in known:
            file(session, f"shelf/{name}/{today}", name, now)


# --8<-- [end:count]


# --8<-- [start:strike]
def strike_off(
    session: Session, on_shelves: Collection[str], look: Callable[[str], bool], percent: int = 5
) -> str | None:
    """Forget what is gone; a warning instead when that would be more than a few."""
    known = session.exec(select(Thing.name)).all()
    absent = [name for name in known if name not in on_shelves]
    if 100 * len(absent) > percent * len(known):
        return (
            f"{len(absent)} of {len(known)} things are not on the shelves: nobody touches the book"
        )
    for name in absent:
        if not look(name):
            session.exec(delete(Thing).where(col(Thing.name) == name))
    return None


# --8<-- [end:strike]


# --8<-- [start:silent]
def is_silent(session: Session, now: int, hours: int = 6) -> bool:
    """Whether no station has written for so long; slips of our own say nothing about that."""
    ours = col(Slip.number).startswith("shelf/")
    newest = session.exec(select(func.max(Slip.came_at)).where(~ours)).one()
    return newest is not None and now - newest >= hours * HOUR


# --8<-- [end:silent]


# --8<-- [start:books]
def balance(session: Session, sent: Collection[str]) -> dict[str, int]:
    """What became of everything that the stations have sent; the figures add up."""
    states = dict(session.exec(select(Slip.number, Slip.state)).all())
    fates = [states.get(number, "never came") for number in sent]
    return {fate: fates.count(fate) for fate in ("done", "aside", "open", "never came")}


# --8<-- [end:books]
