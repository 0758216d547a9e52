"""Exercise fraud_detection: suspicious sign-ins raise alerts. Given: nothing to write here."""

import hmac
from typing import Annotated

from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from .clerk_session import SessionCreated
from .detection import examine
from .outbox import send_all, send_due
from .sessions import forget_addresses
from .settings import Settings

log = get_logger()


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request, afterwards: BackgroundTasks) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type != "session.created":
            return PlainTextResponse("ignored")
        messages = await run_in_threadpool(take, engine, settings, event)
        if messages:
            # After the commit and after the answer: nobody waits for Slack. What is lost here in
            # a crash is still in the outbox, and the next cron run sends it.
            afterwards.add_task(send_all, engine, settings, messages)
        return PlainTextResponse("done")

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Send what is due and forget what is old; only whoever knows the secret may ask."""
        require_bearer(authorization, settings.cron_secret)
        forgotten = forget_addresses(engine, settings)
        return {"tried": send_due(engine, settings), "forgotten": forgotten}

    return app


def take(engine: Engine, settings: Settings, event: Event) -> list[int]:
    """Examine the session in one transaction; the ids of the messages that are owed now."""
    outcome, error, messages = "done", None, []
    try:
        messages = examine(engine, settings, SessionCreated.model_validate(event.payload))
    except ValidationError:
        outcome = "invalid"
        raise HTTPException(400, "this is not a session") from None
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        outcome, error = "failed", type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info("delivery", svix_id=event.message_id, outcome=outcome, error=error)
    return messages


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
