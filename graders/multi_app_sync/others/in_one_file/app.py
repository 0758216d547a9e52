"""A correct answer of another kind: one file, SQL by hand, a feed of changes with a cursor for each
application and user, and all sending in the cron, with a thread for each application.
"""

import asyncio
import hmac
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from standardwebhooks import Webhook
from starlette.concurrency import run_in_threadpool

from hooklab.services import Settings
from hooklab.webhooks import read_event

GONE = 9_000_000_000_000_000_000

TABLES = (
    "CREATE TABLE IF NOT EXISTS state (clerk_id VARCHAR(64) PRIMARY KEY, version BIGINT NOT NULL, "
    "revision BIGINT NOT NULL)",
    'CREATE TABLE IF NOT EXISTS "user" (clerk_id VARCHAR(64) PRIMARY KEY, version BIGINT NOT NULL, '
    "last_name TEXT, first_name TEXT, email TEXT)",
    "CREATE TABLE IF NOT EXISTS feed (clerk_id VARCHAR(64) NOT NULL, revision BIGINT NOT NULL, "
    "message_id VARCHAR(64) NOT NULL, body TEXT NOT NULL, PRIMARY KEY (clerk_id, revision))",
    "CREATE TABLE IF NOT EXISTS cursor (application VARCHAR(16) NOT NULL, "
    "clerk_id VARCHAR(64) NOT NULL, sent BIGINT NOT NULL DEFAULT 0, newest BIGINT NOT NULL, "
    "failures INTEGER NOT NULL DEFAULT 0, not_before DOUBLE PRECISION NOT NULL DEFAULT 0, "
    "locked_until DOUBLE PRECISION NOT NULL DEFAULT 0, PRIMARY KEY (application, clerk_id))",
)
ADVANCE = text(
    "INSERT INTO state VALUES (:id, :version, 1) ON CONFLICT (clerk_id) DO UPDATE "
    "SET version = excluded.version, revision = state.revision + 1 "
    "WHERE state.version < excluded.version RETURNING revision"
)
STORE = text(
    'INSERT INTO "user" (clerk_id, version, last_name, first_name, email) '
    "VALUES (:id, :version, :last_name, :first_name, :email) ON CONFLICT (clerk_id) DO UPDATE "
    "SET version = excluded.version, last_name = excluded.last_name, "
    "first_name = excluded.first_name, email = excluded.email"
)
POINT = text(
    "INSERT INTO cursor (application, clerk_id, newest) VALUES (:name, :id, :revision) "
    "ON CONFLICT (application, clerk_id) DO UPDATE SET newest = excluded.newest"
)
BEHIND = "application = :name AND sent < newest AND not_before <= :now AND locked_until <= :now"
FIND = text(f"SELECT clerk_id FROM cursor WHERE {BEHIND} ORDER BY not_before, clerk_id")
LOCK = text(f"UPDATE cursor SET locked_until = :until WHERE clerk_id = :id AND {BEHIND}")
NEXT = text(
    "SELECT f.revision, f.message_id, f.body, c.failures FROM feed f JOIN cursor c "
    "ON c.clerk_id = f.clerk_id AND f.revision = c.sent + 1 "
    "WHERE c.application = :name AND c.clerk_id = :id AND c.locked_until = :until"
)
MOVE = text(
    "UPDATE cursor SET sent = :revision, failures = 0 "
    "WHERE application = :name AND clerk_id = :id AND locked_until = :until"
)
FAIL = text(
    "UPDATE cursor SET failures = failures + 1, not_before = :later "
    "WHERE application = :name AND clerk_id = :id AND locked_until = :until"
)
UNLOCK = text(
    "UPDATE cursor SET locked_until = 0 "
    "WHERE application = :name AND clerk_id = :id AND locked_until = :until"
)


def create_app(settings: Settings) -> FastAPI:
    """The app."""
    engine = create_engine(settings.database_url, pool_pre_ping=True, hide_parameters=True)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
    app = FastAPI()
    sender = Sender(engine, settings)

    @app.post("/webhooks/clerk", status_code=204)
    async def receive(request: Request) -> Response:
        """One delivery."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if not event.type.startswith("user.") or event.type.count(".") != 1:
            return Response(status_code=204)
        if event.type.removeprefix("user.") not in ("created", "updated", "deleted"):
            return Response(status_code=204)
        try:
            await run_in_threadpool(write, engine, event.type, event.data)
        except (KeyError, TypeError, AttributeError):
            return Response(status_code=422)
        except SQLAlchemyError:
            return Response(status_code=503)
        return Response(status_code=204)

    @app.post("/internal/cron")
    def cron(request: Request) -> Response:
        """All that is due, before the answer."""
        wanted = "Bearer " + settings.cron_secret.get_secret_value()
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            return Response(status_code=403)
        sender.run()
        return Response(status_code=200)

    return app


def write(engine: Engine, kind: str, data: dict[str, Any]) -> None:
    """The change, the feed and the cursors, or nothing."""
    gone = kind == "user.deleted"
    version = GONE if gone else int(data["updated_at"])
    person = {"id": data["id"]}
    if not gone:
        addresses = {each["id"]: each["email_address"] for each in data["email_addresses"]}
        person["email"] = addresses.get(data["primary_email_address_id"])
        person |= {name: data[name] for name in ("first_name", "last_name")}
    with engine.begin() as connection:
        row = connection.execute(ADVANCE, {"id": data["id"], "version": version}).first()
        if row is None:
            return
        if gone:
            connection.execute(text('DELETE FROM "user" WHERE clerk_id = :id'), person)
        else:
            connection.execute(STORE, {**person, "version": version})
        append(connection, kind, None if gone else version, person, row[0])


def append(
    connection: Connection, kind: str, version: int | None, person: dict[str, Any], revision: int
) -> None:
    """A line of the feed, and three cursors that point to it."""
    id_ = f"sync_{uuid.uuid4().hex}"
    body = json.dumps(
        {"data": person, "version": version, "type": kind, "id": id_},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    connection.execute(
        text("INSERT INTO feed VALUES (:id, :revision, :message_id, :body)"),
        {"id": person["id"], "revision": revision, "message_id": id_, "body": body},
    )
    for name in ("mobile", "admin", "billing"):
        connection.execute(POINT, {"name": name, "id": person["id"], "revision": revision})


class Sender:
    """A thread and a client for each application."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.context = httpx.create_ssl_context()

    def run(self) -> None:
        """Serve all applications at the same time."""
        places = {
            "mobile": (self.settings.mobile_app_url, self.settings.mobile_app_secret),
            "admin": (self.settings.admin_app_url, self.settings.admin_app_secret),
            "billing": (self.settings.billing_app_url, self.settings.billing_app_secret),
        }
        with ThreadPoolExecutor(len(places)) as threads:
            for done in [
                threads.submit(self.serve, name, url, secret.get_secret_value().split())
                for name, (url, secret) in places.items()
            ]:
                done.result()

    def serve(self, name: str, url: str, secrets: list[str]) -> None:
        """Every user about whom the application is behind."""
        with self.engine.connect() as connection:
            found = connection.execute(FIND, {"name": name, "now": time.time()}).all()
        for (user_id,) in found:
            now = time.time()
            lock = {"name": name, "id": user_id, "until": now + self.lease}
            with self.engine.begin() as connection:
                taken = connection.execute(LOCK, {**lock, "now": now}).rowcount
            if taken:
                self.catch_up(f"{url}/webhooks/user-sync", secrets, lock)

    @property
    def lease(self) -> int:
        """In seconds."""
        return self.settings.sync_lease_seconds

    def catch_up(self, url: str, secrets: list[str], lock: dict[str, Any]) -> None:
        """Tell of one user, change by change, until one fails."""
        while True:
            with self.engine.connect() as connection:
                line = connection.execute(NEXT, lock).first()
            if line is None:
                break
            wish = self.tell(url, secrets, line.message_id, line.body)
            with self.engine.begin() as connection:
                if wish is None:
                    connection.execute(MOVE, {**lock, "revision": line.revision})
                    continue
                usual = self.settings.sync_retry_base_seconds * 2.0**line.failures
                wait = max(min(usual, self.settings.sync_retry_cap_seconds), min(wish, 86_400))
                connection.execute(FAIL, {**lock, "later": time.time() + wait})
            break
        with self.engine.begin() as connection:
            connection.execute(UNLOCK, lock)

    async def exchange(self, url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """One call, its last byte included, within the time that the settings give."""
        async with (
            asyncio.timeout(self.settings.sync_timeout_seconds),
            httpx.AsyncClient(verify=self.context, timeout=None) as http,
        ):
            return await http.post(url, content=body, headers=headers)

    def tell(self, url: str, secrets: list[str], message_id: str, body: str) -> float | None:
        """None when it was taken; otherwise the seconds that the application wants to be left."""
        now = datetime.now(UTC)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Webhook-Id": message_id,
            "Webhook-Timestamp": str(int(now.timestamp())),
            "Webhook-Signature": " ".join(
                Webhook(each).sign(message_id, now, body) for each in secrets
            ),
        }
        try:
            answer = asyncio.run(self.exchange(url, body.encode(), headers))
        except (httpx.HTTPError, TimeoutError):
            return 0.0
        if 200 <= answer.status_code < 300:
            return None
        wish = answer.headers.get("Retry-After", "")
        return float(wish) if wish.isdigit() else 0.0
