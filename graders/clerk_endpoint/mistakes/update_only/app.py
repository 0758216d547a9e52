"""Treats user.updated as an UPDATE, and drops it when no row is there yet.

Loses: an_update_before_its_creation_is_stored
"""

import time
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import Settings, get_logger, make_engine

from .signature import Refused, make_webhook, read_signed_body
from .models import User
from .users import delete_user, save_user


def change_user(session: Session, data: dict[str, Any]) -> str:
    """Change a user who is there."""
    if not session.get(User, data["id"]):
        return "unknown"
    return save_user(session, data)


HANDLERS: dict[str, Callable[[Session, dict[str, Any]], str]] = {
    "user.created": save_user,
    "user.updated": change_user,
    "user.deleted": delete_user,
}

log = get_logger()


class Envelope(BaseModel):
    """What every event of Clerk's has."""

    type: str
    data: dict[str, Any]


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve; a useless signing secret raises ValueError."""
    webhook = make_webhook(settings.clerk_webhook_signing_secret)
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again.

        Each delivery leaves one log line with svix_id, type, outcome, duration_ms and error.
        """
        started = time.perf_counter()
        status, event_type, error = 200, None, None
        try:
            envelope = Envelope.model_validate_json(await read_signed_body(request, webhook))
            event_type = envelope.type
            outcome = await run_in_threadpool(apply, engine, envelope)
        except Refused as refusal:
            status, outcome, error = refusal.status, "refused", refusal.reason
        except ValidationError:
            # Signed, and still no event: the next attempt would bring the same.
            status, outcome, error = 400, "invalid", "this is not an event that can be used"
        except Exception as failure:
            # The text of an exception may quote the person's data; its name does not.
            status, outcome, error = 500, "failed", type(failure).__name__
        log.info(
            "delivery",
            svix_id=request.headers.get("svix-id"),
            type=event_type,
            outcome=outcome,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            error=error,
        )
        return PlainTextResponse(error or outcome, status)

    return app


def apply(engine: Engine, envelope: Envelope) -> str:
    """Do what the event asks for, in one transaction; the outcome in one word."""
    handler = HANDLERS.get(envelope.type)
    if handler is None:
        return "ignored"
    with Session(engine) as session, session.begin():
        return handler(session, envelope.data)
