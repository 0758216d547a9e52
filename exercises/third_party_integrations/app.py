"""Exercise third_party_integrations: four services learn of users. Given: nothing to write here."""

import hmac
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from .gate import build_gates
from .integrations import connect
from .settings import Settings
from .users import record
from .work import work_off_all

log = get_logger()


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    integrations = connect(settings)
    build_gates(engine, [each.name for each in integrations])
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        # Nothing else happens here: the services learn of it when the cron runs.
        await run_in_threadpool(write_down, engine, event)
        return PlainTextResponse("done")

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Tell the services what they are owed; only whoever knows the secret may ask."""
        require_bearer(authorization, settings.cron_secret)
        return work_off_all(engine, settings, integrations)

    return app


def write_down(engine: Engine, event: Event) -> None:
    """Write the change, and what the services are owed because of it, in one transaction."""
    outcome, error = "done", None
    try:
        with Session(engine) as session, session.begin():
            record(session, event)
    except ValidationError:
        outcome = "invalid"
        raise HTTPException(400, "this is not a user") from None
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        outcome, error = "failed", type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info("delivery", svix_id=event.message_id, outcome=outcome, error=error)


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
