"""Exercise onboarding: four steps, one reminder, premium once. Given: nothing to write here."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from . import actions, onboarding, users
from .clerk_user import ClerkUser
from .sending import send_due
from .settings import Settings
from .signed_in import require_user

log = get_logger()


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()
    current_user = Annotated[str, Depends(require_user(settings))]

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type not in ("user.created", "user.updated", "user.deleted"):
            return PlainTextResponse("ignored")
        await run_in_threadpool(handle, engine, settings, event)
        return PlainTextResponse("done")

    @app.put("/me/preferences", status_code=204)
    def put_preferences(clerk_id: current_user, preferences: actions.Preferences) -> None:
        """Keep the preferences of whoever is signed in."""
        with acting(engine, clerk_id) as session:
            actions.set_preferences(session, clerk_id, preferences)

    @app.post("/posts", status_code=201)
    def post(clerk_id: current_user, new_post: actions.NewPost) -> None:
        """Write a post of whoever is signed in."""
        with acting(engine, clerk_id) as session:
            actions.write_post(session, clerk_id, new_post)

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Send the reminders that are due; only whoever knows the secret may ask."""
        require_bearer(authorization, settings.cron_secret)
        return {"tried": send_due(engine, settings)}

    return app


def handle(engine: Engine, settings: Settings, event: Event) -> None:
    """Do what the event asks for, in one transaction."""
    outcome, error = "failed", None
    try:
        with Session(engine) as session, session.begin():
            if event.type == "user.deleted":
                users.forget(session, str(event.data["id"]))
            elif event.type == "user.created":
                onboarding.signed_up(session, settings, ClerkUser.model_validate(event.data))
            else:
                onboarding.changed(session, ClerkUser.model_validate(event.data))
        outcome = "done"
    except (ValidationError, KeyError):
        outcome = "invalid"
        raise HTTPException(400, "this is not a user") from None
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        error = type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info("delivery", svix_id=event.message_id, outcome=outcome, error=error)


@contextmanager
def acting(engine: Engine, clerk_id: str) -> Iterator[Session]:
    """A transaction for what a signed-in user does; a 410 for one who was deleted."""
    try:
        with Session(engine) as session, session.begin():
            # Their token outlives them, and their webhook may come after they do.
            if not users.meet(session, clerk_id):
                raise HTTPException(410, "this account was deleted")
            yield session
    except SQLAlchemyError as failure:
        log.error("request", error=type(failure).__name__)
        raise HTTPException(500, "please try again later") from None


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
