"""Tell four services of each book that was sold, through one queue.

The lesson on outside services explains this file section by section. It is a sibling of the
exercise, not its answer: other services, other rules, whole seconds for times.
"""

import re
from dataclasses import dataclass

import httpx
from sqlmodel import Field, Session, SQLModel, col, update

from hooklab.services import insert

SERVICES = ("discord", "book_club", "accounting", "statistics")
GAP = 2


class Sale(SQLModel, table=True):
    """A book that was sold. `name` is whatever the buyer typed."""

    order_id: str = Field(primary_key=True)
    title: str
    name: str | None = None
    email: str
    joins_club: bool = False
    sold_at: int


class Errand(SQLModel, table=True):
    """What one service is to be told of one sale."""

    order_id: str = Field(primary_key=True, foreign_key="sale.order_id")
    service: str = Field(primary_key=True)
    status: str = "waiting"
    due_at: int


class Turn(SQLModel, table=True):
    """When a service can next be called."""

    service: str = Field(primary_key=True)
    free_at: int = 0


# --8<-- [start:refuse]
@dataclass
class Refusal(Exception):
    """A service said no: with which status, and for how many seconds it wants to be left alone."""

    status: int
    pause: int = 0


def call(http: httpx.Client, method: str, path: str, body: dict[str, object]) -> httpx.Response:
    """Call a service once; an answer that is no success raises Refusal."""
    answer = http.request(method, path, json=body, timeout=5)
    if answer.is_success:
        return answer
    pause = answer.headers.get("Retry-After", "")
    raise Refusal(answer.status_code, int(pause) if pause.isdecimal() else 0)


# --8<-- [end:refuse]


# --8<-- [start:message]
def message(sale: Sale) -> dict[str, object]:
    """What Discord shows: the buyer's name without any power over the channel."""
    name = " ".join((sale.name or "").split()) or "somebody"
    # Discord's formatting characters lose their meaning after a backslash.
    harmless = re.sub(r"([\\*_~`|<>\[\]()#@-])", r"\\\1", name)
    return {
        "content": f"“{sale.title}” goes to {harmless}",
        # No @everyone, no @here, whatever the text says.
        "allowed_mentions": {"parse": []},
    }


# --8<-- [end:message]


# --8<-- [start:member]
def invite(http: httpx.Client, sale: Sale) -> None:
    """Invite the buyer to the book club if they asked for it; who is there stays as they are."""
    if sale.joins_club:
        person = sale.email.lower()
        call(http, "PUT", f"/people/{person}", {"name": sale.name, "state_if_new": "invited"})


# --8<-- [end:member]


# --8<-- [start:account]
def account(http: httpx.Client, sale: Sale) -> str:
    """Let accounting know the buyer; the number of their account."""
    facts = {"reference": sale.order_id, "name": sale.name}
    answer = http.post("/accounts", json=facts, timeout=5)
    if answer.status_code == 409:
        number = answer.json()["taken_by"]
        call(http, "PUT", f"/accounts/{number}", facts)
        return str(number)
    if not answer.is_success:
        raise Refusal(answer.status_code)
    return str(answer.json()["number"])


# --8<-- [end:account]


# --8<-- [start:count]
def count(http: httpx.Client, sale: Sale) -> None:
    """Count the sale: what it was and when, not whose."""
    event = {"id": f"bookshop-sale-{sale.order_id}", "title": sale.title, "at": sale.sold_at}
    call(http, "POST", "/events", event)


# --8<-- [end:count]


# --8<-- [start:owe]
def record(session: Session, sale: Sale, now: int) -> None:
    """Write the sale, and an errand for each service; the caller commits all, or nothing."""
    row = insert(session, Sale).values(sale.model_dump())
    session.exec(row.on_conflict_do_nothing())
    for service in SERVICES:
        errand = insert(session, Errand).values(
            order_id=sale.order_id, service=service, status="waiting", due_at=now
        )
        session.exec(errand.on_conflict_do_nothing())


# --8<-- [end:owe]


# --8<-- [start:turn]
def next_turn(session: Session, service: str, now: int) -> int:
    """Reserve the next turn at a service: GAP seconds after the one that was given out before."""
    free = col(Turn.free_at)
    session.exec(
        insert(session, Turn).values(service=service, free_at=now).on_conflict_do_nothing()
    )
    late = update(Turn).where(col(Turn.service) == service, free < now)
    session.exec(late.values(free_at=now))
    mine = update(Turn).where(col(Turn.service) == service).values(free_at=free + GAP)
    return int(session.exec(mine.returning(free)).scalar_one()) - GAP


# --8<-- [end:turn]


# --8<-- [start:silence]
def leave_alone(session: Session, service: str, until: int) -> None:
    """Give out no turn before `until`: the limit is about the service, not about one sale."""
    earlier = update(Turn).where(col(Turn.service) == service, col(Turn.free_at) < until)
    session.exec(earlier.values(free_at=until))


# --8<-- [end:silence]
