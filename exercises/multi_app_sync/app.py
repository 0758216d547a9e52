"""Exercise multi_app_sync: tell three applications. Given: nothing to write here."""

import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from .changes import record_change
from .destinations import destinations
from .sending import Courier, send_due
from .settings import Settings

CHANGES = {"user.created", "user.updated", "user.deleted"}

log = get_logger()


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve; settings of no use raise ValueError."""
    told = destinations(settings)
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    # Made once: it reads the certificates of all authorities.
    context = httpx.create_ssl_context()
    patience = settings.sync_timeout_seconds
    couriers = [
        Courier(engine, settings, each, httpx.AsyncClient(verify=context, timeout=patience))
        for each in told
    ]

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        for courier in couriers:
            await courier.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/webhooks/clerk")
    async def receive(request: Request, afterwards: BackgroundTasks) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type not in CHANGES:
            return PlainTextResponse("ignored")
        names = [each.name for each in told]
        if await run_in_threadpool(change, engine, event, names):
            # After the commit and after the answer: nobody waits for the applications. If the
            # process dies now, the rows are there and the next cron run sends them.
            afterwards.add_task(send_now, couriers)
        return PlainTextResponse("done")

    @app.post("/internal/cron")
    async def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Send what is due; only whoever knows the secret may ask."""
        require_bearer(authorization, settings.cron_secret)
        return {"tried": await send_due(couriers)}

    return app


def change(engine: Engine, event: Event, destinations: Sequence[str]) -> bool:
    """Record the change in one transaction; whether it was news."""
    outcome, error = "failed", None
    try:
        with Session(engine) as session, session.begin():
            is_news = record_change(session, event, destinations)
        outcome = "done" if is_news else "stale"
    except ValidationError:
        outcome = "invalid"
        raise HTTPException(400, "this is not a user") from None
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        error = type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info("delivery", svix_id=event.message_id, outcome=outcome, error=error)
    return is_news


async def send_now(couriers: Sequence[Courier]) -> None:
    """Send as a background task, which has nobody to report an error to."""
    try:
        await send_due(couriers)
    except SQLAlchemyError as failure:
        log.error("sending", error=type(failure).__name__)


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
