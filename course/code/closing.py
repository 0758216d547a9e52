"""Close a company's workspace everywhere: its domain, its search index, then its row.

The lesson on erasures explains this file section by section. It is a sibling of the exercise, not
its answer: companies instead of people, three steps instead of six, whole seconds for times.
"""

import hmac
from collections.abc import Callable

import httpx
from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel, col, delete, select, update

from hooklab.services import insert

DELAY = 60


class Workspace(SQLModel, table=True):
    """Where the people of a company work."""

    id: str = Field(primary_key=True)
    domain: str


class Door(SQLModel, table=True):
    """Whether anybody may still work there; the row of one that is shut stays."""

    door: str = Field(primary_key=True)
    is_open: bool
    visits: int


class Closing(SQLModel, table=True):
    """What closes, and what the steps need; afterwards, the proof."""

    door: str = Field(primary_key=True)
    domain: str | None
    workspace_id: str | None


class ClosingStep(SQLModel, table=True):
    """One thing to do, on its own row."""

    door: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    status: str = "pending"
    failures: int = 0
    due_at: int


# --8<-- [start:name]
def door_of(key: bytes, workspace_id: str) -> str:
    """Name a door so that only we can tell whose it was."""
    return hmac.digest(key, workspace_id.encode(), "sha256").hex()


# --8<-- [end:name]


# --8<-- [start:enter]
def enter(session: Session, door: str) -> bool:
    """Hold the door until the transaction ends; False when it is shut."""
    visit = insert(session, Door).values(door=door, is_open=True, visits=1)
    counted = visit.on_conflict_do_update(
        index_elements=["door"],
        set_={"visits": col(Door.visits) + 1},
        where=col(Door.is_open),
    )
    return session.exec(counted.returning(col(Door.visits))).first() is not None


# --8<-- [end:enter]


# --8<-- [start:begin]
def begin(session: Session, key: bytes, workspace_id: str, now: int) -> None:
    """Shut the door and write down what is to do; the caller commits all of it, or nothing."""
    door = door_of(key, workspace_id)
    if not enter(session, door):
        return
    session.exec(update(Door).where(col(Door.door) == door).values(is_open=False))
    workspace = session.get_one(Workspace, workspace_id)
    session.add(Closing(door=door, domain=workspace.domain, workspace_id=workspace_id))
    for name in ("domain", "index", "row"):
        session.add(ClosingStep(door=door, name=name, due_at=now))


# --8<-- [end:begin]


# --8<-- [start:gone]
def remove(client: httpx.Client, path: str) -> None:
    """Remove something at another service; what is not there is what we wanted."""
    answer = client.delete(path)
    if answer.status_code != 404:
        answer.raise_for_status()


# --8<-- [end:gone]


# --8<-- [start:steps]
def work(engine: Engine, client: httpx.Client, closing: Closing, now: int) -> None:
    """Try each step that is due; one that fails waits, and the others do not."""
    tasks: dict[str, Callable[[], None]] = {
        "domain": lambda: remove(client, f"/domains/{closing.domain}"),
        "index": lambda: remove(client, f"/indexes/{closing.workspace_id}"),
    }
    for name, task in tasks.items():
        if name in pending(engine, closing, now):
            try:
                task()
            except httpx.HTTPError:
                note(engine, closing, name, failures=ClosingStep.failures + 1, due_at=now + DELAY)
            else:
                note(engine, closing, name, status="done")
    if pending(engine, closing) == {"row"}:
        finish(engine, closing)


# --8<-- [end:steps]


# --8<-- [start:finish]
def finish(engine: Engine, closing: Closing) -> None:
    """Remove the row, and all that was kept for the steps: what is left names nobody."""
    with Session(engine) as session, session.begin():
        session.exec(delete(Workspace).where(col(Workspace.id) == closing.workspace_id))
        ours = col(Closing.door) == closing.door
        session.exec(update(Closing).where(ours).values(domain=None, workspace_id=None))
        last = col(ClosingStep.door) == closing.door, col(ClosingStep.name) == "row"
        session.exec(update(ClosingStep).where(*last).values(status="done"))


# --8<-- [end:finish]


def pending(engine: Engine, closing: Closing, now: int | None = None) -> set[str]:
    """Name the steps that are not done, or with `now` those that are due."""
    theirs = [ClosingStep.door == closing.door, ClosingStep.status == "pending"]
    if now is not None:
        theirs.append(ClosingStep.due_at <= now)
    with Session(engine) as session:
        return set(session.exec(select(ClosingStep.name).where(*theirs)))


def note(engine: Engine, closing: Closing, name: str, **values: object) -> None:
    """Change the row of a step in a transaction of its own."""
    step = col(ClosingStep.door) == closing.door, col(ClosingStep.name) == name
    with Session(engine) as session, session.begin():
        session.exec(update(ClosingStep).where(*step).values(**values))
