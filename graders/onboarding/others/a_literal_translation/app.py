"""Exercise onboarding: four steps, one reminder, premium once. Given: nothing to write here."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select
from starlette.concurrency import run_in_threadpool

from hooklab.services import Mailer, Settings, make_engine
from hooklab.webhooks import read_event

from .message import reminder_message
from .models import Onboarding, Post, PremiumGrant, Reminder, User, UserPreferences
from .signed_in import require_user


class Preferences(BaseModel):
    """The body of `PUT /me/preferences`."""

    language: str
    notifications: bool


class NewPost(BaseModel):
    """The body of `POST /posts`."""

    text: str


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()
    current_user = Annotated[str, Depends(require_user(settings))]

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> JSONResponse:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type == "user.created":
            await run_in_threadpool(handle_user_created, engine, event.data)
        elif event.type == "user.updated":
            await run_in_threadpool(handle_user_updated, engine, event.data)
        return JSONResponse({"success": True})

    @app.put("/me/preferences")
    def put_preferences(clerk_id: current_user, preferences: Preferences) -> None:
        with Session(engine) as session:
            session.merge(UserPreferences(clerk_id=clerk_id, **preferences.model_dump()))
            steps_of(session, clerk_id).preferences_set = True
            session.commit()

    @app.post("/posts")
    def post(clerk_id: current_user, new_post: NewPost) -> None:
        with Session(engine) as session:
            session.add(Post(clerk_id=clerk_id, text=new_post.text))
            steps_of(session, clerk_id).first_action_done = True
            session.commit()

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        wanted = f"Bearer {settings.cron_secret.get_secret_value()}"
        if not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise HTTPException(401)
        return {"sent": send_reminders(engine, settings)}

    return app


def steps_of(session: Session, clerk_id: str) -> Onboarding:
    """The flags of a user."""
    return session.exec(select(Onboarding).where(Onboarding.clerk_id == clerk_id)).one()


def handle_user_created(engine: Engine, data: dict[str, Any]) -> None:
    """Create the profile with onboarding tracking."""
    addresses = data["email_addresses"]
    with Session(engine) as session:
        session.add(
            User(
                clerk_id=data["id"],
                email=addresses[0]["email_address"] if addresses else None,
            )
        )
        session.flush()
        # --8<-- [start:first_version]
        session.add(
            Onboarding(
                clerk_id=data["id"],
                status="started",
                email_verified=True,  # Already done by Clerk
                profile_completed=False,
                preferences_set=False,
                first_action_done=False,
            )
        )
        session.commit()

    # Schedule a reminder in 24 h.
    with Session(engine) as session:
        session.add(
            Reminder(
                clerk_id=data["id"],
                kind="onboarding_reminder",
                due_at=datetime.now(UTC) + timedelta(hours=24),
            )
        )
        session.commit()
        # --8<-- [end:first_version]


def handle_user_updated(engine: Engine, data: dict[str, Any]) -> None:
    """Has the user completed their profile?"""
    if not (data["first_name"] and data["last_name"]):
        return
    with Session(engine) as session:
        steps_of(session, data["id"]).profile_completed = True
        session.commit()

    # Is the whole onboarding complete?
    with Session(engine) as session:
        steps = steps_of(session, data["id"])
        if (
            steps.email_verified
            and steps.profile_completed
            and steps.preferences_set
            and steps.first_action_done
        ):
            steps.status = "completed"
            session.commit()
            # Unlock the premium features.
            grant_premium_trial(engine, data["id"])


def grant_premium_trial(engine: Engine, clerk_id: str) -> None:
    """Begin a trial."""
    with Session(engine) as session:
        session.add(PremiumGrant(clerk_id=clerk_id, granted_at=datetime.now(UTC)))
        session.commit()


def send_reminders(engine: Engine, settings: Settings) -> int:
    """Do the scheduled tasks."""
    with Session(engine) as session:
        tasks = session.exec(select(Reminder).where(Reminder.due_at <= datetime.now(UTC))).all()
        for task in tasks:
            user = session.get(User, task.clerk_id)
            with Mailer(settings).connect() as connection:
                connection.send(reminder_message(settings, user))
            session.delete(task)
        session.commit()
    return len(tasks)
