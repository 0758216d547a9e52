"""Another answer: async routes, plain SQL under a lock, deliveries applied by the scheduler alone.

Deleted users have a table of their own. A backfill takes one page a run; a comparison reads the
whole list in one run and holds it in memory.
"""

import asyncio
import hmac
import json
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import Connection, Engine, text
from starlette.concurrency import run_in_threadpool

from hooklab.services import Settings, get_logger, make_engine
from hooklab.webhooks import Event, read_event

log = get_logger()

ORDER = ["off", "shadow", "partial", "full", "removed"]

TABLES = """
CREATE TABLE IF NOT EXISTS "user" (
    clerk_id TEXT PRIMARY KEY, last_name TEXT, first_name TEXT, email TEXT, updated_at BIGINT);
CREATE TABLE IF NOT EXISTS departed (clerk_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS inbox (
    place INTEGER, svix_id TEXT PRIMARY KEY, kind TEXT, clerk_id TEXT, facts TEXT, status TEXT,
    at BIGINT);
CREATE TABLE IF NOT EXISTS flag (name TEXT PRIMARY KEY, value TEXT)
"""

FLAGS: dict[str, Any] = {
    "phase": "off",
    "percent": 0,
    "paused": False,
    "since": 0,
    "backfill": None,
    "backfilled": False,
    "cursor": None,
    "quiet_until": 0,
    "compare": None,
    "result": {},
}


def now() -> int:
    return int(time.time() * 1000)


class Store:
    """The database, for one writer at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with engine.begin() as db:
            for statement in TABLES.split(";"):
                db.execute(text(statement))

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.engine.connect() as db:
            if db.dialect.name == "sqlite":
                db.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                db.execute(text("SELECT pg_advisory_xact_lock(4711)"))
            yield db
            db.commit()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as db:
            yield db


def flags(db: Connection) -> dict[str, Any]:
    found = db.execute(text("SELECT name, value FROM flag"))
    return FLAGS | {name: json.loads(value) for name, value in found}


def set_flags(db: Connection, **values: Any) -> None:
    for name, value in values.items():
        row = {"name": name, "value": json.dumps(value)}
        if not db.execute(text("UPDATE flag SET value = :value WHERE name = :name"), row).rowcount:
            db.execute(text("INSERT INTO flag VALUES (:name, :value)"), row)


def one(db: Connection, query: str, **values: Any) -> Any:
    return db.execute(text(query), values).mappings().first()


# Users


def facts(user: dict[str, Any]) -> dict[str, Any]:
    addresses = {each["id"]: each["email_address"] for each in user["email_addresses"]}
    return {
        "clerk_id": str(user["id"]),
        "email": addresses.get(user["primary_email_address_id"]),
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "updated_at": int(user["updated_at"]),
    }


def row_of(db: Connection, clerk_id: str) -> Any:
    return one(db, 'SELECT * FROM "user" WHERE clerk_id = :id', id=clerk_id)


def is_departed(db: Connection, clerk_id: str) -> bool:
    return one(db, "SELECT 1 AS it FROM departed WHERE clerk_id = :id", id=clerk_id) is not None


def put(db: Connection, user: dict[str, Any]) -> None:
    if is_departed(db, user["clerk_id"]):
        return
    known = row_of(db, user["clerk_id"])
    if known is None:
        columns = "clerk_id, email, first_name, last_name, updated_at"
        values = ":clerk_id, :email, :first_name, :last_name, :updated_at"
        db.execute(text(f'INSERT INTO "user" ({columns}) VALUES ({values})'), user)
    elif known["updated_at"] is None or known["updated_at"] <= user["updated_at"]:
        db.execute(
            text(
                'UPDATE "user" SET email = :email, first_name = :first_name, '
                "last_name = :last_name, updated_at = :updated_at WHERE clerk_id = :clerk_id"
            ),
            user,
        )


def remove(db: Connection, clerk_id: str) -> None:
    if not is_departed(db, clerk_id):
        db.execute(text("INSERT INTO departed VALUES (:id)"), {"id": clerk_id})
    db.execute(text('DELETE FROM "user" WHERE clerk_id = :id'), {"id": clerk_id})


# Deliveries


def is_switched(found: dict[str, Any], clerk_id: str) -> bool:
    if found["paused"] or found["phase"] in ("off", "shadow"):
        return False
    return found["phase"] != "partial" or zlib.crc32(clerk_id.encode()) % 100 < found["percent"]


def keep(store: Store, event: Event) -> None:
    status, clerk_id, kept = "waiting", event.data.get("id"), None
    try:
        if event.type != "user.deleted":
            kept = json.dumps(facts(event.data))
        elif not isinstance(clerk_id, str):
            status = "parked"
    except (KeyError, TypeError, ValueError):
        status = "parked"
    with store.write() as db:
        if flags(db)["phase"] == "off":
            return
        if one(db, "SELECT 1 AS it FROM inbox WHERE svix_id = :id", id=event.message_id):
            return
        db.execute(
            text(
                "INSERT INTO inbox SELECT coalesce(max(place), 0) + 1, :svix_id, :kind, :clerk_id, "
                ":facts, :status, :at FROM inbox"
            ),
            {
                "svix_id": event.message_id,
                "kind": event.type,
                "clerk_id": clerk_id if status == "waiting" else None,
                "facts": kept,
                "status": status,
                "at": now(),
            },
        )


def settle(store: Store) -> int:
    done = 0
    with store.read() as db:
        waiting = db.execute(
            text("SELECT svix_id, clerk_id FROM inbox WHERE status = 'waiting' ORDER BY place")
        ).all()
    for svix_id, clerk_id in waiting:
        with store.write() as db:
            entry = one(db, "SELECT * FROM inbox WHERE svix_id = :id", id=svix_id)
            if entry["status"] != "waiting" or not is_switched(flags(db), clerk_id):
                continue
            if entry["kind"] == "user.deleted":
                remove(db, clerk_id)
                which = "clerk_id = :clerk_id AND status = 'waiting'"
            else:
                put(db, json.loads(entry["facts"]))
                which = "svix_id = :svix_id"
            db.execute(
                text(f"UPDATE inbox SET status = 'applied', facts = NULL WHERE {which}"),
                {"svix_id": svix_id, "clerk_id": clerk_id},
            )
            done += 1
    return done


# The move


def refuse(why: str) -> None:
    raise HTTPException(409, why)


def set_phase(store: Store, phase: Any, percent: Any) -> None:
    if phase not in ORDER or not isinstance(percent, int) or not 0 <= percent <= 100:
        raise HTTPException(422, "no such phase")
    with store.write() as db:
        found = flags(db)
        forward = ORDER.index(phase) - ORDER.index(found["phase"])
        result = found["result"]
        clean = result and not any(result[each] for each in ("missing", "stale", "mismatched"))
        if phase == "off" and found["phase"] != "off":
            refuse("never off again")
        if forward > 1 or (forward == 1 and found["paused"]):
            refuse("one step after the other")
        if ORDER.index(phase) > 1 and not found["backfilled"]:
            refuse("the backfill first")
        if phase == "removed" and forward and not (clean and result["began"] >= found["since"]):
            refuse("a clean comparison first")
        set_flags(db, phase=phase, percent=percent, paused=False, since=now())


def begin(store: Store, job: str) -> None:
    with store.write() as db:
        found = flags(db)
        if job == "backfill" and found["phase"] == "off":
            refuse("shadow first")
        if found[job] == "running":
            return
        set_flags(db, **{job: "running"})
        if job == "backfill":
            set_flags(db, cursor=None)


def write_page(store: Store, found: dict[str, Any], users: list[dict[str, Any]], size: int) -> None:
    with store.write() as db:
        # Another process may have written this page meanwhile.
        if flags(db)["cursor"] != found["cursor"]:
            return
        for user in users:
            put(db, facts(user))
        if len(users) < size:
            set_flags(db, backfill="done", backfilled=True)
        else:
            set_flags(db, cursor=users[-1]["id"])


def judge(store: Store, users: dict[str, Any], began: int, limit: float) -> None:
    """Compare what Clerk said with what is here now."""
    counts = {"users": len(users), "missing": 0, "stale": 0, "mismatched": 0}
    with store.write() as db:
        rows = {row["clerk_id"]: row for row in db.execute(text('SELECT * FROM "user"')).mappings()}
        gone = {each for (each,) in db.execute(text("SELECT clerk_id FROM departed"))}
        coming: dict[str, float] = {}
        for kind, clerk_id, kept in db.execute(
            text("SELECT kind, clerk_id, facts FROM inbox WHERE status = 'waiting'")
        ):
            version = float("inf") if kind == "user.deleted" else json.loads(kept)["updated_at"]
            coming[clerk_id] = max(version, coming.get(clerk_id, 0))
        for clerk_id, user in users.items():
            row = rows.get(clerk_id)
            if clerk_id in gone or coming.get(clerk_id, 0) >= user["updated_at"]:
                continue
            if row is None:
                counts["missing"] += 1
            elif (row["updated_at"] or 0) < user["updated_at"]:
                counts["stale"] += 1
            elif row["updated_at"] == user["updated_at"] and dict(row) != user:
                counts["mismatched"] += 1
        counts["mismatched"] += sum(
            (row["updated_at"] or 0) < began and coming.get(clerk_id) != float("inf")
            for clerk_id, row in rows.items()
            if clerk_id not in users
        )
        differ = counts["missing"] + counts["stale"] + counts["mismatched"]
        found = flags(db)
        set_flags(db, compare="done", result=counts | {"began": began, "at": now()})
        if ORDER.index(found["phase"]) > 1 and differ * 100 > counts["users"] * limit:
            log.error("too many differences", differ=differ)
            set_flags(db, paused=True)


def figures(store: Store) -> dict[str, Any]:
    with store.read() as db:
        found = flags(db)
        query = "SELECT count(*) AS many, min(at) AS since FROM inbox WHERE status = 'waiting'"
        waiting = one(db, query)
    result = found["result"]
    return {
        **{name: found[name] for name in ("phase", "percent", "paused", "backfill")},
        **{name: result.get(name) for name in ("users", "missing", "stale", "mismatched")},
        "compared_at": result.get("at"),
        "waiting": waiting["many"],
        "lag_seconds": (now() - waiting["since"]) / 1000 if waiting["many"] else 0,
    }


class Clerk:
    """Clerk's Backend API."""

    def __init__(self, settings: Settings) -> None:
        key = settings.clerk_secret_key.get_secret_value()
        self.http = httpx.AsyncClient(
            base_url=settings.clerk_api_url, headers={"authorization": f"Bearer {key}"}, timeout=5
        )

    async def get(self, path: str, **query: Any) -> httpx.Response:
        try:
            return await self.http.get(path, params=query)
        except httpx.HTTPError:
            return httpx.Response(503)

    async def page(self, size: int, after: str | None) -> httpx.Response:
        more = {} if after is None else {"starting_after": after}
        return await self.get("/v1/users", limit=size, order_by="+created_at", **more)


async def take_backfill_on(store: Store, clerk: Clerk, size: int) -> None:
    with store.read() as db:
        found = flags(db)
    if found["backfill"] != "running" or found["quiet_until"] > now():
        return
    answer = await clerk.page(size, found["cursor"])
    if answer.status_code == 200:
        await run_in_threadpool(write_page, store, found, answer.json(), size)
    elif answer.status_code in (422, 429):
        wait = int(answer.headers.get("retry-after", 0)) * 1000
        with store.write() as db:
            set_flags(db, quiet_until=now() + wait)
            if answer.status_code == 422:
                set_flags(db, cursor=None)


async def take_comparison_on(store: Store, clerk: Clerk, settings: Settings) -> None:
    with store.read() as db:
        found = flags(db)
    if found["compare"] != "running" or found["quiet_until"] > now():
        return
    began, size, users, cursor = now(), settings.migration_page_size, {}, None
    while True:
        answer = await clerk.page(size, cursor)
        if answer.status_code != 200:
            return
        page = answer.json()
        users |= {user["id"]: facts(user) for user in page}
        if len(page) < size:
            break
        cursor = page[-1]["id"]
    await run_in_threadpool(judge, store, users, began, settings.migration_pause_percent)


async def welcome(store: Store, clerk: Clerk, clerk_id: str) -> Response | dict[str, Any]:
    def look() -> tuple[dict[str, Any], Any, bool]:
        with store.read() as db:
            return flags(db), row_of(db, clerk_id), is_departed(db, clerk_id)

    def bring(user: dict[str, Any]) -> None:
        with store.write() as db:
            put(db, user)

    found, row, departed = await run_in_threadpool(look)
    if departed:
        raise HTTPException(410)
    if row is not None and is_switched(found, clerk_id):
        return dict(row)
    if found["phase"] == "removed" and not found["paused"]:
        return Response('{"state": "soon"}', 202)
    answer = await clerk.get(f"/v1/users/{clerk_id}")
    if answer.status_code == 404:
        raise HTTPException(410)
    if answer.status_code == 200:
        await run_in_threadpool(bring, facts(answer.json()))
        _found, row, departed = await run_in_threadpool(look)
        if departed:
            raise HTTPException(410)
    elif row is None:
        raise HTTPException(503, "in a moment", {"retry-after": "5"})
    return dict(row)


def require(secret: Any) -> Any:
    async def check(request: Request) -> None:
        wanted = f"Bearer {secret.get_secret_value()}"
        given = request.headers.get("authorization", "")
        if wanted == "Bearer " or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise HTTPException(403)

    return Depends(check)


def who(settings: Settings, request: Request) -> str:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    claims, _, signature = token.rpartition(".")
    key = settings.session_secret.get_secret_value().encode()
    if not key or hmac.new(key, claims.encode(), "sha256").hexdigest() != signature:
        raise HTTPException(401)
    clerk_id, _, expiry = claims.rpartition(".")
    if int(expiry) * 1000 <= now():
        raise HTTPException(401)
    return clerk_id


def create_app(settings: Settings) -> FastAPI:
    store, clerk, app = Store(make_engine(settings.database_url)), Clerk(settings), FastAPI()
    admin = [require(settings.admin_token)]

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> str:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type in ("user.created", "user.updated", "user.deleted"):
            await run_in_threadpool(keep, store, event)
        log.info("kept", id=event.message_id)
        return "ok"

    @app.get("/welcome", response_model=None)
    async def get_welcome(request: Request) -> Response | dict[str, Any]:
        return await welcome(store, clerk, who(settings, request))

    @app.post("/internal/cron", dependencies=[require(settings.cron_secret)])
    async def cron() -> dict[str, int]:
        done = await run_in_threadpool(settle, store)
        await asyncio.gather(
            take_backfill_on(store, clerk, settings.migration_page_size),
            take_comparison_on(store, clerk, settings),
        )
        return {"applied": done}

    @app.get("/migration/status", dependencies=admin)
    def status() -> dict[str, Any]:
        return figures(store)

    @app.post("/migration/phase", dependencies=admin)
    async def phase(request: Request) -> None:
        wanted = await request.json()
        await run_in_threadpool(set_phase, store, wanted["phase"], wanted.get("percent", 0))

    @app.post("/migration/rollback", dependencies=admin, status_code=204)
    def rollback() -> None:
        with store.write() as db:
            set_flags(db, paused=True)

    @app.post("/migration/{job}", dependencies=admin)
    def start(job: str) -> None:
        if job not in ("backfill", "compare"):
            raise HTTPException(404)
        begin(store, job)

    return app
