"""Exercise clerk_endpoint: a complete endpoint for Clerk's webhooks. TODO 5 is here."""

import json
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

from . import models  # noqa: F401 - the tables must be known before they are created
from .signature import Refused, make_webhook, read_signed_body
from .users import delete_user, save_user

HANDLERS: dict[str, Callable[[Session, dict[str, Any]], str]] = {
    "user.created": save_user,
    "user.updated": save_user,
    "user.deleted": delete_user,
}


class Envelope(BaseModel):
    """What every event of Clerk's has."""

    type: str
    data: dict[str, Any]


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve; a useless signing secret raises ValueError."""
    webhook = make_webhook(settings.clerk_webhook_signing_secret)
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    log = get_logger()
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again.

        Each delivery leaves one log line with svix_id, type, outcome, duration_ms and error.
        """
        started = time.perf_counter()
        type_: str | None = None
        error: str | None = None
        try:
            envelope = _parse(await read_signed_body(request, webhook))
            type_ = envelope.type
            outcome = await run_in_threadpool(apply, engine, envelope.type, envelope.data)
            answer = PlainTextResponse(outcome)
        except Refused as refusal:
            outcome, error = "refused", refusal.reason
            answer = PlainTextResponse(refusal.reason, refusal.status)
        except ValidationError as invalid:
            # Signed, and still no event: the next attempt would bring the same.
            outcome, error = "invalid", f"{invalid.error_count()} fields are not as expected"
            answer = PlainTextResponse("this is not an event that can be used", 400)
        except Exception as failure:
            # The text of an exception may quote the person's data; its name does not.
            outcome, error = "failed", type(failure).__name__
            answer = PlainTextResponse("please try again later", 500)
        log.info(
            "delivery",
            svix_id=request.headers.get("svix-id"),
            type=type_,
            outcome=outcome,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            error=error,
        )
        return answer

    return app


def apply(engine: Engine, type_: str, data: dict[str, Any]) -> str:
    """Do what an event of `type_` asks for, in one transaction; the outcome in one word."""
    handler = HANDLERS.get(type_)
    if handler is None:
        return "ignored"
    with Session(engine) as session, session.begin():
        return handler(session, data)


def _parse(raw: bytes) -> Envelope:
    try:
        return Envelope.model_validate(json.loads(raw))
    except (json.JSONDecodeError, RecursionError):
        raise Refused(400, "this is not JSON") from None
