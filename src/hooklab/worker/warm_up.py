"""One small app, built and used once before any fork, so that no worker pays for first times.

The libraries import some modules and fill some caches only when a request comes. Everything here
uses a registry of its own and leaves no trace that an app could see.
"""

import asyncio
import base64
import socket
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import anyio._backends._asyncio  # noqa: F401 - anyio imports it at the first request
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel, SecretStr
from sqlalchemy.orm import registry
from sqlalchemy.pool import StaticPool
from sqlmodel import Field, Session, SQLModel, create_engine, select
from standardwebhooks import Webhook
from starlette.concurrency import run_in_threadpool

from hooklab.services import Settings, get_logger, insert
from hooklab.webhooks import read_event


def warm_up() -> None:
    """Serve two requests of a small app in this process, over a real connection."""
    secret = "whsec_" + base64.b64encode(bytes(24)).decode()
    app = _make_app(SecretStr(secret))
    signed = _signed(secret, datetime.now(UTC))
    with redirect_stdout(StringIO()):
        asyncio.run(_serve(app, signed))


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
        """Has a text like this one: FastAPI looks through the source of what it calls."""
        event = await read_event(request, secret)
        count = await run_in_threadpool(work, event.data)
        log.info("delivery", count=count)
        return {"count": count}

    return app


def _signed(secret: str, at: datetime) -> dict[str, str]:
    return {
        "svix-id": "msg_warm",
        "svix-timestamp": str(int(at.timestamp())),
        "svix-signature": Webhook(secret).sign("msg_warm", at, _BODY),
        "content-type": "application/json",
    }


async def _serve(app: FastAPI, signed: dict[str, str]) -> None:
    """Serve two requests as a worker serves them: first times are uvicorn's and h11's too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, http="h11", ws="none", lifespan="on", log_config=None)
        )
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup(sockets=[listener])
        for _attempt in range(2):
            await _call(listener.getsockname()[1], signed)
        while server.server_state.connections:
            await asyncio.sleep(0)
        # Not the server's own shutdown, which always sleeps for a tenth of a second.
        for each in server.servers:
            each.close()
        await server.lifespan.shutdown()


async def _call(port: int, signed: dict[str, str]) -> None:
    fields = {"host": "warm", "connection": "close", "content-length": str(len(_BODY)), **signed}
    lines = ["POST /warm HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join(lines).encode() + _BODY.encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    if not answer.startswith(b"HTTP/1.1 200 "):
        sys.stderr.write(f"the warm-up answered {answer[:200]!r}\n")
