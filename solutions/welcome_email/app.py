"""Exercise welcome_email: one welcome e-mail per sign-up. Given: nothing to write here."""

import hmac
from typing import Annotated

from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from .clerk_user import ClerkUser
from .sending import send, send_due
from .settings import Settings
from .signup import record_signup

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
        if event.type != "user.created":
            return PlainTextResponse("ignored")
        mail_id = await run_in_threadpool(sign_up, engine, event)
        if mail_id is not None:
            # After the commit and after the answer: nobody waits for the mail server. If the
            # process dies now, the row is still there and the next cron run sends it.
            afterwards.add_task(send_now, engine, settings, mail_id)
        return PlainTextResponse("done")

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Send what is due; only whoever knows the secret may ask."""
        require_bearer(authorization, settings.cron_secret)
        return {"tried": send_due(engine, settings)}

    return app


def sign_up(engine: Engine, event: Event) -> int | None:
    """Record the sign-up in one transaction; the id of its e-mail, if one is owed."""
    outcome, error, mail_id = "done", None, None
    try:
        user = ClerkUser.model_validate(event.data)
        with Session(engine) as session, session.begin():
            mail_id = record_signup(session, user)
    except ValidationError:
        outcome = "invalid"
        raise HTTPException(400, "this is not a user") from None
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        outcome, error = "failed", type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info("delivery", svix_id=event.message_id, outcome=outcome, error=error)
    return mail_id


def send_now(engine: Engine, settings: Settings, mail_id: int) -> None:
    """Send the e-mail as a background task, which has nobody to report an error to."""
    try:
        send(engine, settings, mail_id)
    except SQLAlchemyError as failure:
        log.error("mail", mail_id=mail_id, error=type(failure).__name__)


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
