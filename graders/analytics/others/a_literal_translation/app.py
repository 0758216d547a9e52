"""Exercise analytics: sign-ups and log-ins, counted and shown. Given: nothing to write here."""

import hmac
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse
from redis import Redis
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import Settings, make_engine
from hooklab.services.redis import redis_client
from hooklab.services.segment import segment_client
from hooklab.webhooks import read_event

from . import facts, metrics
from .models import LOGIN, Newcomer, SignIn
from .page import render


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    zone = ZoneInfo(settings.analytics_time_zone)
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    redis = redis_client(settings)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> JSONResponse:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type == "user.created":
            await run_in_threadpool(handle_user_created, engine, settings, redis, event.data)
        elif event.type == "session.created":
            await run_in_threadpool(handle_session_created, engine, settings, event.data)
        return JSONResponse({"success": True})

    @app.post("/internal/actions", status_code=204)
    async def act(request: Request) -> None:
        clerk_id = (await request.json())["clerk_id"]
        with Session(engine) as session, session.begin():
            facts.record_action(session, clerk_id)

    @app.post("/internal/cron")
    def cron() -> dict[str, int]:
        # Everything was done on the spot.
        return {}

    def summary(day: date | None) -> dict[str, Any]:
        found = metrics.summarize(engine, zone, day or datetime.now(zone).date())
        return found | {"live": {"signups": int(redis.get("signups:today") or 0), "logins": 0}}

    @app.get("/analytics/summary")
    def get_summary(
        day: date | None = None, authorization: Annotated[str, Header()] = ""
    ) -> dict[str, Any]:
        require_admin(settings, authorization)
        return summary(day)

    @app.get("/admin/analytics")
    def page(authorization: Annotated[str, Header()] = "") -> HTMLResponse:
        require_admin(settings, authorization)
        return HTMLResponse(render(summary(None), settings.app_language))

    return app


def require_admin(settings: Settings, authorization: str) -> None:
    """Refuse whoever does not know the token."""
    wanted = settings.admin_token.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401)


def handle_user_created(
    engine: Engine, settings: Settings, redis: Redis, data: dict[str, Any]
) -> None:
    """Create the user, tell the analytics, count."""
    accounts = data["external_accounts"]
    method = (accounts[0].get("provider") if accounts else None) or "email"
    # --8<-- [start:first_version]
    # Record in the main database.
    with Session(engine) as session:
        session.add(Newcomer(clerk_id=data["id"], created_at=data["created_at"], source=method))
        session.commit()

    # Record in the analytics system.
    addresses = data["email_addresses"]
    segment_client(settings).track(
        user_id=data["id"],
        event="user_signed_up",
        properties={
            "email": addresses[0]["email_address"] if addresses else None,
            "signupMethod": method,
            "timestamp": datetime.fromtimestamp(data["created_at"] / 1000, UTC).isoformat(),
            "metadata": data["public_metadata"],
        },
    )

    # Increment a Redis counter for the live figures.
    redis.incr("signups:today")
    redis.expire("signups:today", 24 * 60 * 60)
    # --8<-- [end:first_version]


def handle_session_created(engine: Engine, settings: Settings, data: dict[str, Any]) -> None:
    """Tell the analytics of a log-in."""
    with Session(engine) as session:
        session.add(
            SignIn(
                session_id=data["id"],
                clerk_id=data["user_id"],
                created_at=data["created_at"],
                expire_at=data["expire_at"],
                country=data.get("country"),
                kind=LOGIN,
            )
        )
        session.commit()
    segment_client(settings).track(
        user_id=data["user_id"],
        event="user_logged_in",
        properties={
            "sessionId": data["id"],
            "device": data.get("user_agent"),
            "location": data.get("country"),
        },
    )
