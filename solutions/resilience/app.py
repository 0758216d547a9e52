"""Exercise resilience: lose nothing, even when everything fails. Given: nothing to write here."""

import hmac
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, SecretStr
from sqlalchemy import Engine, func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, col, select
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from . import alarms, freshness, inbox, reconciliation, walk, worker
from .billing import Billing
from .clerk_users import ClerkUsers
from .models import CREATED, DEAD, DELETED, UPDATED, WAITING, Inbox, Reconciliation
from .outside import Outside
from .settings import Settings

TYPES = (CREATED, UPDATED, DELETED)

log = get_logger()


class CatchUp(BaseModel):
    """What `POST /admin/catch-up` takes."""

    brake: bool = True


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    billing, clerk = Billing(settings), ClerkUsers(settings)
    app = FastAPI()
    add_routes_of_the_administration(app, settings, engine)

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx kept or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type not in TYPES:
            return PlainTextResponse("ignored")
        return PlainTextResponse(await run_in_threadpool(take, engine, event))

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> JSONResponse:
        """Do the work that is due; a job that fails stops no other."""
        require_bearer(authorization, settings.cron_secret)
        outside = Outside(billing, clerk)
        jobs: dict[str, Callable[[], Any]] = {
            "inbox": partial(worker.run, engine, settings, outside),
            "reconciliation": partial(reconciliation.run, engine, settings, outside),
            "freshness": partial(freshness.watch, engine, settings),
            "alarms": partial(alarms.tell, engine, settings),
        }
        failed = [name for name, job in jobs.items() if not is_done(name, job)]
        return JSONResponse({"failed": failed}, 500 if failed else 200)

    return app


def add_routes_of_the_administration(app: FastAPI, settings: Settings, engine: Engine) -> None:
    """The figures and the command for whoever is on call."""

    def require_admin(authorization: Annotated[str, Header()] = "") -> None:
        require_bearer(authorization, settings.admin_token)

    @app.get("/admin/status", dependencies=[Depends(require_admin)])
    def status() -> dict[str, Any]:
        """What waits, what is dead and why, and whether Clerk's list is being read."""
        with Session(engine) as session:
            by_status = select(Inbox.status, func.count()).group_by(col(Inbox.status))
            counts = dict(session.exec(by_status).all())
            job = session.get(Reconciliation, 1)
            dead = session.exec(select(Inbox).where(col(Inbox.status) == DEAD).limit(100)).all()
        shown = {"svix_id", "type", "reason"}
        return {
            "waiting": counts.get(WAITING, 0),
            "dead": counts.get(DEAD, 0),
            "reconciling": job is not None and job.is_running,
            "dead_letters": [each.model_dump(include=shown) for each in dead],
        }

    @app.post("/admin/catch-up", status_code=202, dependencies=[Depends(require_admin)])
    def catch_up(wanted: CatchUp) -> dict[str, int]:
        """Try again what is dead, and read Clerk's list from the start; the scheduler does both."""
        with Session(engine) as session, session.begin():
            walk.begin(session, brake=wanted.brake)
            return {"revived": inbox.revive(session)}


def take(engine: Engine, event: Event) -> str:
    """Keep a delivery; what became of it."""
    outcome, error = "failed", None
    try:
        with Session(engine) as session, session.begin():
            news = inbox.keep(session, event.message_id, event.type, event.data)
        outcome = "kept" if news else "duplicate"
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        error = type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info(
            "delivery", svix_id=event.message_id, type=event.type, outcome=outcome, error=error
        )
    return outcome


def is_done(name: str, job: Callable[[], Any]) -> bool:
    """Do a job of the scheduler; whether it came to its end."""
    try:
        job()
    except Exception as error:
        # Other texts may quote anything.
        todo = str(error) if isinstance(error, NotImplementedError) else None
        log.error("job", job=name, error=type(error).__name__, todo=todo)
        return False
    return True


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
