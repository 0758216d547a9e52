"""Exercise multi_app_sync: tell three applications. Given: nothing to write here."""

import asyncio
import hmac
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from hooklab.services import Settings, insert, make_engine
from hooklab.webhooks import read_event

from .models import User

INTERNAL_API_KEY = "internal-api-key"


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> JSONResponse:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type in ("user.created", "user.updated"):
            await handle_user_changed(engine, settings, event.data)
        elif event.type == "user.deleted":
            await handle_user_deleted(engine, settings, event.data)
        return JSONResponse({"success": True})

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        wanted = f"Bearer {settings.cron_secret.get_secret_value()}"
        if not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise HTTPException(401)
        return {"tried": 0}

    return app


async def handle_user_changed(engine: Engine, settings: Settings, data: dict[str, Any]) -> None:
    """Synchronise the main database, then notify the other services."""
    addresses = data["email_addresses"]
    fields = {
        "email": addresses[0]["email_address"] if addresses else None,
        "first_name": data["first_name"],
        "last_name": data["last_name"],
        "version": data["updated_at"],
    }
    with Session(engine) as session:
        upsert = insert(session, User).values(clerk_id=data["id"], **fields)
        session.exec(upsert.on_conflict_do_update(index_elements=["clerk_id"], set_=fields))
        session.commit()
    await notify_all(settings, data)


async def handle_user_deleted(engine: Engine, settings: Settings, data: dict[str, Any]) -> None:
    """Delete the user, then notify the other services."""
    with Session(engine) as session:
        if user := session.get(User, data["id"]):
            session.delete(user)
            session.commit()
    await notify_all(settings, data)


async def notify_all(settings: Settings, data: dict[str, Any]) -> None:
    """Notify everybody: one failure does not stop the others."""
    # --8<-- [start:first_version]
    await asyncio.gather(
        notify(settings.mobile_app_url, data),
        notify(settings.admin_app_url, data),
        notify(settings.billing_app_url, data),
        return_exceptions=True,
    )


async def notify(url: str, data: dict[str, Any]) -> None:
    """Send the user's data."""
    async with httpx.AsyncClient() as client:
        await client.post(
            f"{url}/webhooks/user-sync",
            headers={"Authorization": f"Bearer {INTERNAL_API_KEY}"},
            json=data,
            # --8<-- [end:first_version]
        )
