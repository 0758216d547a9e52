"""Exercise monitoring: what becomes of webhooks, kept and shown. Given: nothing to write here."""

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import make_engine
from hooklab.webhooks import read_event

from . import admin, alerts
from .access import require_cron
from .recording import process
from .settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve; a time zone that does not exist raises an error."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()
    app.include_router(admin.routes(engine, settings))

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        try:
            handled = await run_in_threadpool(process, engine, settings, event)
        except SQLAlchemyError:
            handled = False
        if not handled:
            # Whatever is said here can be read in Clerk's dashboard.
            raise HTTPException(500, "please try again later")
        return PlainTextResponse("done")

    @app.post("/internal/cron", dependencies=[Depends(require_cron(settings))])
    def cron() -> dict[str, bool]:
        """Look whether too much fails."""
        alerts.watch(engine, settings)
        return {"watched": True}

    return app
