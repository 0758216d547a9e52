"""One small app, built and used once before any fork, so that no worker pays for first times.

The libraries import some modules and fill some caches only when a request comes. Everything here
uses a registry of its own and leaves no trace that an app could see.
"""

import asyncio
import random
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import anyio._backends._asyncio  # noqa: F401 - anyio imports it at the first request
from fastapi import FastAPI, Request
from pydantic import BaseModel, SecretStr
from sqlalchemy.orm import registry
from sqlalchemy.pool import StaticPool
from sqlmodel import Field, Session, SQLModel, create_engine, select
from starlette.concurrency import run_in_threadpool

from hooklab.sender import headers, new_secret
from hooklab.services import Settings, get_logger, insert
from hooklab.webhooks import read_event


def warm_up() -> None:
    """Serve two requests of a small app in this process."""
    secret = new_secret(random.Random(0))  # noqa: S311
    app = _make_app(SecretStr(secret))
    signed = headers("msg_warm", _BODY, [secret], datetime.now(UTC))
    with redirect_stdout(StringIO()):
        for _attempt in range(2):
            asyncio.run(_call(app, signed))


_BODY = '{"type": "user.created", "data": {"id": "user_1"}}'


def _make_app(secret: SecretStr) -> FastAPI:
    class Base(SQLModel, registry=registry()):
        pass

    class Warm(Base, table=True):
        id: str = Field(primary_key=True)
        name: str | None = None

    class Data(BaseModel):
        id: str

    Settings()
    # In memory, over one connection: the worker's threads share it.
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(engine)
    log = get_logger()
    app = FastAPI()

    def work(data: dict[str, Any]) -> int:
        user = Data.model_validate(data)
        with Session(engine) as session, session.begin():
            values = insert(session, Warm).values(id=user.id)
            session.exec(values.on_conflict_do_nothing())
            session.merge(Warm(id=user.id, name="warm"))
            session.flush()
            return len(session.exec(select(Warm)).all())

    @app.post("/warm")
    async def receive(request: Request) -> dict[str, int]:
        event = await read_event(request, secret)
        count = await run_in_threadpool(work, event.data)
        log.info("delivery", count=count)
        return {"count": count}

    return app


async def _call(app: FastAPI, signed: dict[str, str]) -> None:
    """One request, straight into the app: no socket, no server."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": _BODY.encode(), "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            sys.stderr.write(f"the warm-up answered {message['status']}\n")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/warm",
        "raw_path": b"/warm",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in signed.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    await app(scope, receive, send)
