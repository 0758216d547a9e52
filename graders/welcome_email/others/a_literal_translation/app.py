"""Exercise welcome_email: one welcome e-mail per sign-up. Given: nothing to write here."""

import asyncio
import hmac
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel

from hooklab.services import Mailer, Settings, insert, make_engine
from hooklab.webhooks import read_event

from .message import welcome_message
from .models import PENDING, WELCOME, EmailQueue, User, UserPreferences, UtcDateTime


class WebhookLog(SQLModel, table=True):
    """A message that was processed."""

    __tablename__ = "webhook_log"

    svix_id: str = Field(primary_key=True)
    type: str
    processed_at: datetime = Field(sa_type=UtcDateTime)


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> JSONResponse:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type != "user.created":
            return JSONResponse({"success": True})

        # --8<-- [start:first_version]
        # Has it been processed already?
        with Session(engine) as session:
            if session.get(WebhookLog, event.message_id):
                return JSONResponse({"success": True})

        # Process the webhook AND log it.
        await asyncio.gather(
            log_webhook(engine, event.message_id, event.type),
            asyncio.to_thread(handle_user_created, engine, settings, event.data),
        )
        return JSONResponse({"success": True})
        # --8<-- [end:first_version]

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        wanted = f"Bearer {settings.cron_secret.get_secret_value()}"
        if not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise HTTPException(401)
        # The queue is there; a worker for it was never written.
        return {"tried": 0}

    return app


async def log_webhook(engine: Engine, svix_id: str, type_: str) -> None:
    """Remember the message."""
    with Session(engine) as session:
        session.add(WebhookLog(svix_id=svix_id, type=type_, processed_at=datetime.now(UTC)))
        session.commit()


def handle_user_created(engine: Engine, settings: Settings, data: dict[str, Any]) -> None:
    """Create the user, send the e-mail, create the default data."""
    addresses = data["email_addresses"]
    email = addresses[0]["email_address"] if addresses else None

    # Critical: create the user in the database.
    fields = {
        "email": email,
        "first_name": data["first_name"],
        "last_name": data["last_name"],
    }
    with Session(engine) as session:
        upsert = insert(session, User).values(clerk_id=data["id"], **fields)
        session.exec(upsert.on_conflict_do_update(index_elements=["clerk_id"], set_=fields))
        session.commit()
        user = session.get_one(User, data["id"])

    # Not critical: send the welcome e-mail.
    try:
        with Mailer(settings).connect() as connection:
            connection.send(welcome_message(settings, user))
        print(f"Welcome email sent to {email}")
    except Exception as error:
        # Log it, but do not fail the webhook.
        print("Email failed but user created:", error)
        with Session(engine) as session:
            session.add(
                EmailQueue(
                    clerk_id=data["id"],
                    kind=WELCOME,
                    status=PENDING,
                    next_attempt_at=datetime.now(UTC),
                )
            )
            session.commit()

    # Create the default data.
    with Session(engine) as session:
        session.add(
            UserPreferences(clerk_id=data["id"], theme="light", language="fr", notifications=True)
        )
        session.commit()
