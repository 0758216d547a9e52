"""Exercise migration: from an upsert at login to webhooks. Given: nothing to write here."""

import hmac
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from . import backfill, comparison, inbox, phases, walk
from .clerk_users import ClerkUnavailable, ClerkUsers
from .models import BACKFILL, COMPARISON
from .settings import Settings
from .signed_in import require_user
from .welcome import Preparing, welcome

log = get_logger()


class Change(BaseModel):
    """What `POST /migration/phase` takes."""

    phase: Literal["off", "shadow", "partial", "full", "removed"]
    percent: int = Field(default=0, ge=0, le=100)


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    clerk = ClerkUsers(settings)
    app = FastAPI()
    app.add_exception_handler(phases.NotYet, not_yet)
    app.add_exception_handler(Preparing, preparing)
    app.add_exception_handler(ClerkUnavailable, unavailable)
    add_routes_of_users(app, settings, engine, clerk)
    add_routes_of_the_move(app, settings, engine)
    add_route_of_the_scheduler(app, settings, engine, clerk)
    return app


def add_routes_of_users(
    app: FastAPI, settings: Settings, engine: Engine, clerk: ClerkUsers
) -> None:
    """The login and the webhook."""
    current_user = Annotated[str, Depends(require_user(settings))]

    @app.get("/welcome")
    def get_welcome(clerk_id: current_user) -> dict[str, str | None]:
        """Greet whoever has just signed in."""
        row = welcome(engine, clerk, clerk_id)
        return row.model_dump(include={"clerk_id", "email", "first_name", "last_name"})

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type not in inbox.TYPES:
            return PlainTextResponse("ignored")
        return PlainTextResponse(await run_in_threadpool(take, engine, event))


def add_routes_of_the_move(app: FastAPI, settings: Settings, engine: Engine) -> None:
    """The switch, the jobs and the figures, for the administration."""

    def require_admin(authorization: Annotated[str, Header()] = "") -> None:
        require_bearer(authorization, settings.admin_token)

    admin = [Depends(require_admin)]

    @app.get("/migration/status", dependencies=admin)
    def get_status() -> dict[str, Any]:
        """How far the move is, and how well it goes."""
        with Session(engine) as session:
            return comparison.status(session)

    @app.post("/migration/phase", dependencies=admin)
    def post_phase(wanted: Change) -> Change:
        """Go to a phase, or end a pause."""
        with Session(engine) as session, session.begin():
            phases.change(session, wanted.phase, wanted.percent)
        return wanted

    @app.post("/migration/rollback", dependencies=admin)
    def post_rollback() -> dict[str, bool]:
        """Store deliveries and apply none, from now on."""
        with Session(engine) as session, session.begin():
            phases.roll_back(session, "asked for")
        return {"paused": True}

    @app.post("/migration/backfill", dependencies=admin, status_code=202)
    def post_backfill() -> None:
        """Begin a backfill; the scheduler takes it on."""
        with Session(engine) as session, session.begin():
            backfill.start(session)

    @app.post("/migration/compare", dependencies=admin, status_code=202)
    def post_compare() -> None:
        """Begin a comparison; the scheduler takes it on."""
        with Session(engine) as session, session.begin():
            comparison.start(session)


def add_route_of_the_scheduler(
    app: FastAPI, settings: Settings, engine: Engine, clerk: ClerkUsers
) -> None:
    """The work that is due."""

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Apply what may be applied, and take the walks on."""
        require_bearer(authorization, settings.cron_secret)
        applied = inbox.apply_waiting(engine)
        if walk.is_under_way(engine, BACKFILL):
            backfill.go_on(engine, settings, clerk)
        if walk.is_under_way(engine, COMPARISON):
            comparison.go_on(engine, settings, clerk)
        return {"applied": applied}


def take(engine: Engine, event: Event) -> str:
    """Keep a delivery, and apply it if it is time; what became of it."""
    outcome, error = "failed", None
    try:
        with Session(engine) as session, session.begin():
            outcome = inbox.receive(session, event)
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        outcome, error = "failed", type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info(
            "delivery", svix_id=event.message_id, type=event.type, outcome=outcome, error=error
        )
    return outcome


def not_yet(_request: Request, refusal: Exception) -> JSONResponse:
    """The answer to a change that would be unsafe."""
    return JSONResponse({"detail": str(refusal)}, 409)


def preparing(_request: Request, _reason: Exception) -> JSONResponse:
    """The answer to a user whose sign-up has not arrived yet: the page asks again by itself."""
    return JSONResponse({"state": "preparing"}, 202, {"retry-after": "2"})


def unavailable(_request: Request, _reason: Exception) -> JSONResponse:
    """The answer when Clerk is needed and is not there."""
    return JSONResponse({"detail": "please try again in a moment"}, 503, {"retry-after": "30"})


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
