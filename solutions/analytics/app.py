"""Exercise analytics: sign-ups and log-ins, counted and shown. Given: nothing to write here."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel, ValidationError
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.services.redis import redis_client
from hooklab.webhooks import Event, read_event

from . import facts, live, metrics, tracking
from .access import require_admin, require_internal
from .clerk_data import ClerkSession, ClerkUser
from .models import Newcomer, SignIn
from .page import render
from .settings import Settings

log = get_logger()

TYPES = (
    "user.created",
    "session.created",
    "session.ended",
    "session.removed",
    "session.revoked",
)

PAGE_HEADERS = {
    # The page is one file. Should a stranger's text ever get into it, it loads and runs nothing.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "cache-control": "no-store",
}


class Action(BaseModel):
    """Who has done something in the app."""

    clerk_id: str


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve; a time zone that does not exist raises an error."""
    zone = ZoneInfo(settings.analytics_time_zone)
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    redis = redis_client(settings)
    app = FastAPI()
    admin = [Depends(require_admin(settings))]
    internal = [Depends(require_internal(settings))]

    @app.post("/webhooks/clerk")
    async def receive(request: Request, afterwards: BackgroundTasks) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type not in TYPES:
            return PlainTextResponse("ignored")
        fact = await run_in_threadpool(take, engine, settings, event)
        if fact is not None:
            # After the commit and after the answer: nobody waits for Redis. What is lost here
            # in a crash is in the log, from which the next cron run rebuilds.
            afterwards.add_task(count, redis, zone, fact)
        return PlainTextResponse("done")

    @app.post("/internal/actions", status_code=204, dependencies=internal)
    def act(action: Action) -> None:
        """Hear from the rest of the app that a user has done something."""
        with Session(engine) as session, session.begin():
            facts.record_action(session, action.clerk_id)

    @app.post("/internal/cron", dependencies=internal)
    def cron() -> dict[str, Any]:
        """Tell Segment what is owed, and rebuild today's counters."""
        return {"sent": tracking.send_due(engine, settings), "live": rebuild(redis, engine, zone)}

    @app.get("/analytics/summary", dependencies=admin)
    def summary(
        day: Annotated[date | None, Query(ge=date(2000, 1, 1), lt=date(2100, 1, 1))] = None,
    ) -> dict[str, Any]:
        """All figures; the hours are those of `day`, or of today."""
        found = metrics.summarize(engine, zone, day or datetime.now(zone).date())
        return found | {"live": live.today(redis, zone)}

    @app.get("/admin/analytics", dependencies=admin, response_class=HTMLResponse)
    def page() -> HTMLResponse:
        """The same for people."""
        return HTMLResponse(render(summary(), settings.app_language), headers=PAGE_HEADERS)

    return app


def take(engine: Engine, settings: Settings, event: Event) -> Newcomer | SignIn | None:
    """Write what happened, and what Segment is owed, in one transaction; the fact, if it is new."""
    outcome, error, fact = "done", None, None
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            fact = write(session, settings, event)
            if fact is not None:
                tracking.owe(session, settings, event.message_id, fact)
    except (ValidationError, KeyError):
        outcome = "invalid"
        raise HTTPException(400, "this is no user and no session") from None
    except SQLAlchemyError as failure:
        # Its text quotes the values of the statement: the name of the error must do.
        outcome, error = "failed", type(failure).__name__
        raise HTTPException(500, "please try again later") from None
    finally:
        log.info("delivery", svix_id=event.message_id, outcome=outcome, error=error)
    return fact


def write(session: Session, settings: Settings, event: Event) -> Newcomer | SignIn | None:
    """Write the fact that the event tells of; return it if it is a new newcomer or session."""
    match event.type:
        case "user.created":
            return facts.record_newcomer(session, ClerkUser.model_validate(event.data))
        case "session.created":
            clerk_session = ClerkSession.model_validate(event.data)
            return facts.record_session(session, settings, clerk_session)
        case _:
            facts.record_end(session, str(event.data["id"]))
            return None


def count(redis: Redis, zone: ZoneInfo, fact: Newcomer | SignIn) -> None:
    """Count the fact as a background task, which has nobody to report an error to."""
    try:
        live.count(redis, zone, fact)
    except RedisError as error:
        log.warning("live", error=type(error).__name__)


def rebuild(redis: Redis, engine: Engine, zone: ZoneInfo) -> bool:
    """Rebuild the counters in Redis; False when it is away."""
    try:
        live.rebuild(redis, engine, zone)
    except RedisError as error:
        log.warning("live", error=type(error).__name__)
        return False
    return True
