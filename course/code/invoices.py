"""Receive a billing service's signed webhooks and keep the table `invoice` in step with it.

Module 2 explains this file section by section. It is a sibling of the exercise, not its answer:
another sender, other headers, other data.
"""

import time
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel
from starlette.concurrency import run_in_threadpool
from svix.webhooks import Webhook, WebhookVerificationError

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
log = structlog.get_logger()


class Message(SQLModel, table=True):
    """A message that was dealt with; every delivery of it carries the same id."""

    id: str = Field(primary_key=True)


class Invoice(SQLModel, table=True):
    """An invoice as the sender last described it; a deleted one keeps its id and nothing else."""

    id: str = Field(primary_key=True)
    status: str | None = None
    total_cents: int | None = None
    version: int = 0
    deleted: bool = False


class Event(BaseModel):
    """The envelope; each type of event has its own data."""

    type: str
    data: dict[str, Any]


class InvoiceData(BaseModel):
    """What this app needs of an invoice; the sender may add fields at any time."""

    id: str
    status: str
    total_cents: int
    updated_at: int  # milliseconds: the version of the invoice


class Reference(BaseModel):
    """All that is left of a deleted invoice."""

    id: str


def create_app(secret: str, engine: Engine) -> FastAPI:
    """Build the app; `secret` is the endpoint's own `whsec_…`."""
    app = FastAPI()
    webhook = Webhook(secret)

    # --8<-- [start:receive]
    @app.post("/webhooks/billing")
    async def receive(request: Request) -> Response:
        """Verify the bytes first, then read them, then work on them."""
        raw = await request.body()
        signed = {name: request.headers.get(name, "") for name in HEADERS}
        try:
            webhook.verify(raw, signed)
        except (WebhookVerificationError, ValueError):
            return Response("bad signature", status_code=400)
        try:
            event = Event.model_validate_json(raw)
            await run_in_threadpool(record, engine, signed["webhook-id"], event)
        except ValidationError:
            return Response("not an event of this service", status_code=400)
        return Response(status_code=204)

    # --8<-- [end:receive]
    return app


# --8<-- [start:once]
def record(engine: Engine, message_id: str, event: Event) -> None:
    """Deal with `event` once; its mark and its effects stay or go together."""
    started = time.perf_counter()
    mark = insert(Message).values(id=message_id).on_conflict_do_nothing().returning(Message.id)
    with Session(engine) as session, session.begin():
        first = session.exec(mark).first() is not None
        outcome = apply(session, event) if first else "duplicate"
    log.info(
        "delivery",
        message_id=message_id,
        type=event.type,
        outcome=outcome,
        duration_ms=round(1000 * (time.perf_counter() - started)),
    )


# --8<-- [end:once]


def apply(session: Session, event: Event) -> str:
    """Carry out `event` and return the outcome; a type nobody handles is no error."""
    match event.type:
        case "invoice.created" | "invoice.updated":
            store(session, InvoiceData.model_validate(event.data))
        case "invoice.deleted":
            bury(session, Reference.model_validate(event.data).id)
        case _:
            return "ignored"
    return "done"


# --8<-- [start:store]
def store(session: Session, invoice: InvoiceData) -> None:
    """Insert `invoice`, or replace what is older and not deleted."""
    values = invoice.model_dump(exclude={"updated_at"})
    values["version"] = invoice.updated_at
    row = insert(Invoice).values(**values, deleted=False)
    statement = row.on_conflict_do_update(
        index_elements=["id"],
        set_=values,
        where=(Invoice.version < invoice.updated_at) & ~Invoice.deleted,
    )
    session.exec(statement)


# --8<-- [end:store]


# --8<-- [start:bury]
def bury(session: Session, invoice_id: str) -> None:
    """Empty the row but keep it, so that nothing late brings it back."""
    empty = Invoice(id=invoice_id, deleted=True).model_dump()
    row = insert(Invoice).values(**empty)
    session.exec(row.on_conflict_do_update(index_elements=["id"], set_=empty))


# --8<-- [end:bury]
