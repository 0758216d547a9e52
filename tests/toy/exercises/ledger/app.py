"""Exercise ledger: write down who signs up. Nothing to write here."""

from fastapi import FastAPI, Request
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import Settings, make_engine
from hooklab.webhooks import Event, read_event

from .members import greet_all, save_member


def create_app(settings: Settings) -> FastAPI:
    """The app with its ledger."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    def save(event: Event) -> None:
        with Session(engine) as session, session.begin():
            save_member(session, event)

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> None:
        """Take one delivery."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type == "user.created":
            await run_in_threadpool(save, event)

    @app.post("/internal/cron")
    def cron() -> None:
        """Greet whoever has not been greeted."""
        with Session(engine) as session, session.begin():
            greet_all(session, settings)

    return app
