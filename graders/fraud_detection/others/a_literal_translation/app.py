"""Exercise fraud_detection: suspicious sign-ins raise alerts. Given: nothing to write here."""

import hmac
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Request
from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel, select
from starlette.concurrency import run_in_threadpool

from hooklab.services import Mailer, Settings, make_engine, slack_client
from hooklab.webhooks import read_event


class SessionLog(SQLModel, table=True):
    """A session."""

    __tablename__ = "session_log"

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str
    ip_address: str | None = None
    user_agent: str | None = None
    country: str | None = None
    timestamp: datetime


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> dict[str, bool]:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type == "session.created":
            await run_in_threadpool(handle_session_created, engine, settings, event.data)
        return {"success": True}

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        wanted = f"Bearer {settings.cron_secret.get_secret_value()}"
        if not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise HTTPException(401)
        # Nothing is ever owed: what could not be sent is gone.
        return {"tried": 0}

    return app


def handle_session_created(engine: Engine, settings: Settings, data: dict[str, Any]) -> None:
    """Log the session, and look for anomalies."""
    user_id = data["user_id"]
    with Session(engine, expire_on_commit=False) as session:
        # --8<-- [start:first_version]
        # Log the session.
        session.add(
            SessionLog(
                clerk_id=user_id,
                ip_address=data.get("client_ip"),
                user_agent=data.get("user_agent"),
                country=data.get("country"),
                timestamp=datetime.now(UTC).replace(tzinfo=None),
            )
        )
        session.commit()

        # Get the recent sessions.
        now = datetime.now(UTC).replace(tzinfo=None)
        recent = session.exec(
            select(SessionLog).where(
                SessionLog.clerk_id == user_id,
                SessionLog.timestamp >= now - timedelta(hours=24),
            )
        ).all()
        # --8<-- [end:first_version]

    # Detect the anomalies.
    countries = {each.country for each in recent}
    if len(countries) > 2:
        # Sign-ins from more than 2 countries in 24 h.
        alert(settings, data, f"multiple_countries: {countries}")

    # Check for simultaneous sessions.
    active = [each for each in recent if now - each.timestamp < timedelta(minutes=5)]
    if len(active) > 2:
        alert(settings, data, f"multiple_simultaneous_sessions: {len(active)}")


def alert(settings: Settings, data: dict[str, Any], what: str) -> None:
    """Tell the user and the security team."""
    user = data["user"]
    email = user["email_addresses"][0]["email_address"]
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = email
    message["Subject"] = "Connexion inhabituelle"
    message.set_content(f"Nous avons détecté une connexion inhabituelle : {settings.app_url}")
    with Mailer(settings).connect() as connection:
        connection.send(message)
    name = f"{user['first_name']} {user['last_name']}"
    slack_client(settings).send(text=f"{what}: {name} {data['user_id']}")
    print(f"Security alert sent to {email}")
