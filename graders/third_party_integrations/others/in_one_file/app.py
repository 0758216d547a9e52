"""Another right answer: raw SQL, httpx instead of the SDKs, sent at once, Slack one by one."""

import asyncio
import hashlib
import hmac
import re
import time
from datetime import UTC, datetime

import httpx
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, Response
from sqlalchemy import Connection, Engine, create_engine, text

from hooklab.services import Settings, get_logger
from hooklab.webhooks import read_event

log = get_logger()

SERVICES = ("slack", "newsletter", "support", "analytics")

TABLES = (
    """CREATE TABLE IF NOT EXISTS person (
        clerk_id VARCHAR(64) PRIMARY KEY, version BIGINT NOT NULL, deleted INTEGER NOT NULL,
        created BIGINT NOT NULL, instance VARCHAR(64) NOT NULL, email VARCHAR(320),
        first_name TEXT, last_name TEXT, wants INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS integration_task (
        clerk_id VARCHAR(64) NOT NULL, integration VARCHAR(16) NOT NULL,
        status VARCHAR(16) NOT NULL, attempts INTEGER NOT NULL, wanted BIGINT NOT NULL,
        due DOUBLE PRECISION NOT NULL, held_until DOUBLE PRECISION NOT NULL, handle TEXT,
        PRIMARY KEY (clerk_id, integration))""",
    """CREATE TABLE IF NOT EXISTS quiet (
        integration VARCHAR(16) PRIMARY KEY, until DOUBLE PRECISION NOT NULL)""",
)
FREE = "integration = :name AND status = 'pending' AND due <= :now AND held_until <= :now"


class NotTaken(Exception):
    """The service did not take it, or nobody knows."""

    def __init__(self, why: str, pause: int = 0) -> None:
        super().__init__(why)
        self.pause = pause


def create_app(settings: Settings) -> FastAPI:
    """The app."""
    engine = create_engine(settings.database_url, pool_pre_ping=True, hide_parameters=True)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
        for name in SERVICES:
            quiet = "INSERT INTO quiet VALUES (:name, 0) ON CONFLICT DO NOTHING"
            connection.execute(text(quiet), {"name": name})
    http = httpx.AsyncClient(timeout=5)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request, afterwards: BackgroundTasks) -> dict:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type in ("user.created", "user.updated", "user.deleted"):
            await asyncio.to_thread(keep, engine, event.type, event.payload)
            afterwards.add_task(work, engine, settings, http)
        return {"ok": True}

    @app.post("/internal/cron")
    async def cron(request: Request) -> Response:
        secret = settings.cron_secret.get_secret_value()
        given = request.headers.get("authorization", "")
        if not secret or not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            return Response(status_code=403)
        await work(engine, settings, http)
        return Response(status_code=204)

    return app


# What an event changes


def keep(engine: Engine, kind: str, payload: dict) -> None:
    """Write the person and the tasks, all or nothing."""
    try:
        with engine.begin() as connection:
            bury(connection, payload) if kind == "user.deleted" else upsert(
                connection, kind, payload
            )
    except (KeyError, TypeError):
        raise HTTPException(400, "no user") from None


def upsert(connection: Connection, kind: str, payload: dict) -> None:
    """A person as they are now, unless something newer is known."""
    data = payload["data"]
    primary = data.get("primary_email_address_id")
    addresses = {each["id"]: each["email_address"] for each in data.get("email_addresses") or []}
    row = {
        "clerk_id": data["id"],
        "version": data["updated_at"],
        "created": data["created_at"],
        "instance": payload.get("instance_id") or "",
        "email": addresses.get(primary),
        "first_name": data.get("first_name"),
        "last_name": data.get("last_name"),
        "wants": int((data.get("unsafe_metadata") or {}).get("newsletter") is True),
    }
    changed = connection.execute(
        text(
            """INSERT INTO person VALUES (:clerk_id, :version, 0, :created, :instance, :email,
                :first_name, :last_name, :wants)
            ON CONFLICT (clerk_id) DO UPDATE SET version = excluded.version,
                created = excluded.created, instance = excluded.instance, email = excluded.email,
                first_name = excluded.first_name, last_name = excluded.last_name,
                wants = excluded.wants
            WHERE person.version < excluded.version AND person.deleted = 0 RETURNING clerk_id"""
        ),
        row,
    ).first()
    if changed:
        for name in ("newsletter", "support"):
            owe(connection, data["id"], name, again=True)
    alive = "SELECT 1 FROM person WHERE clerk_id = :id AND deleted = 0"
    if kind == "user.created" and connection.execute(text(alive), {"id": data["id"]}).first():
        for name in ("slack", "analytics"):
            owe(connection, data["id"], name, again=False)


def bury(connection: Connection, payload: dict) -> None:
    """Only an id and a mark stay, and the address as long as the list may have it."""
    clerk_id = payload["data"]["id"]
    connection.execute(
        text(
            """INSERT INTO person VALUES (:id, 0, 1, 0, '', NULL, NULL, NULL, 0)
            ON CONFLICT (clerk_id) DO UPDATE SET deleted = 1, first_name = NULL,
                last_name = NULL, wants = 0"""
        ),
        {"id": clerk_id},
    )
    for name in ("newsletter", "support"):
        owe(connection, clerk_id, name, again=True)


def owe(connection: Connection, clerk_id: str, name: str, *, again: bool) -> None:
    """A row for the service; `again` lets it be told once more."""
    conflict = (
        """(clerk_id, integration) DO UPDATE SET status = 'pending', attempts = 0,
        due = excluded.due, wanted = integration_task.wanted + 1"""
        if again
        else "DO NOTHING"
    )
    insert = f"""INSERT INTO integration_task VALUES (:id, :name, 'pending', 0, 1, :now, 0, NULL)
        ON CONFLICT {conflict}"""
    connection.execute(text(insert), {"id": clerk_id, "name": name, "now": time.time()})


# What the services are told


async def work(engine: Engine, settings: Settings, http: httpx.AsyncClient) -> None:
    """Tell all services what they are owed, side by side."""
    await asyncio.gather(*(serve(engine, settings, http, name) for name in SERVICES))


async def serve(engine: Engine, settings: Settings, http: httpx.AsyncClient, name: str) -> None:
    """Tell one service, one task after the other."""
    for _ in range(200):
        task = await asyncio.to_thread(claim, engine, settings, name)
        if task is None:
            return
        values = {"status": "done", "handle": task["handle"]}
        pause = 0
        try:
            values["handle"] = await TELL[name](http, settings, task)
        except (NotTaken, httpx.HTTPError) as error:
            pause = getattr(error, "pause", 0)
            log.warning("not told", integration=name, error=type(error).__name__)
            values = failed(settings, task, pause)
        await asyncio.to_thread(finish, engine, task, values, pause)


def claim(engine: Engine, settings: Settings, name: str) -> dict | None:
    """The next task of the service with its person; None when there is none, or it rests."""
    now = time.time()
    with engine.begin() as connection:
        ids = connection.execute(
            text(f"SELECT clerk_id FROM integration_task WHERE {FREE} ORDER BY due LIMIT 1"),
            {"name": name, "now": now},
        )
        first = ids.scalar()
        if first is None:
            return None
        enter = "UPDATE quiet SET until = :next WHERE integration = :name AND until <= :now"
        rest = {"name": name, "now": now, "next": now + (name == "slack")}
        if connection.execute(text(enter), rest).rowcount == 0:
            return None
        until = now + settings.integration_lease_seconds
        take = f"UPDATE integration_task SET held_until = :until WHERE clerk_id = :id AND {FREE}"
        mine = {"until": until, "id": first, "name": name, "now": now}
        if connection.execute(text(take), mine).rowcount == 0:
            return None
        both = """SELECT * FROM integration_task JOIN person USING (clerk_id)
            WHERE clerk_id = :id AND integration = :name"""
        row = connection.execute(text(both), {"id": first, "name": name}).mappings().one()
        return dict(row)


def failed(settings: Settings, task: dict, pause: int) -> dict:
    """What becomes of the task after another failure."""
    attempts = task["attempts"] + 1
    delay = settings.integration_retry_base_seconds * 2 ** min(attempts - 1, 30)
    wait = max(pause, min(delay, settings.integration_retry_cap_seconds))
    status = "dead" if attempts >= settings.integration_max_attempts else "pending"
    return {"status": status, "attempts": attempts, "due": time.time() + wait}


def finish(engine: Engine, task: dict, values: dict, pause: int) -> None:
    """Write down how it went, unless the person has changed meanwhile."""
    key = {name: task[name] for name in ("clerk_id", "integration", "wanted", "held_until")}
    row = "UPDATE integration_task SET held_until = 0, {} WHERE clerk_id = :clerk_id"
    row += " AND integration = :integration AND held_until = :held_until"
    changes = ", ".join(f"{name} = :new_{name}" for name in values)
    new = {f"new_{name}": value for name, value in values.items()}
    with engine.begin() as connection:
        if pause:
            quiet = "UPDATE quiet SET until = :until WHERE integration = :name AND until < :until"
            until = {"until": time.time() + pause, "name": task["integration"]}
            connection.execute(text(quiet), until)
        same = text(row.format(changes) + " AND wanted = :wanted")
        if connection.execute(same, key | new).rowcount == 0:
            handle = values.get("handle", task["handle"])
            connection.execute(text(row.format("handle = :handle")), key | {"handle": handle})


async def ask(http: httpx.AsyncClient, method: str, url: str, *fine: int, **more) -> httpx.Response:
    """Call; NotTaken unless the answer is a success, or one of `fine`."""
    answer = await http.request(method, url, **more)
    if answer.is_success or answer.status_code in fine:
        return answer
    pause = answer.headers.get("retry-after", "")
    raise NotTaken(str(answer.status_code), int(pause) if pause.isdecimal() else 0)


async def slack(http: httpx.AsyncClient, settings: Settings, task: dict) -> None:
    """One line of mrkdwn for each user."""
    name = " ".join(" ".join(filter(None, (task["first_name"], task["last_name"]))).split())
    for raw, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        name = name.replace(raw, written)
    link = f"https://dashboard.clerk.com/apps/{settings.clerk_app_id}/instances/{task['instance']}"
    said = f"New: {name or 'somebody'} (<{link}/users/{task['clerk_id']}|open>)"
    url = settings.slack_webhook_url.get_secret_value()
    await ask(http, "POST", url, json={"text": said})


async def newsletter(http: httpx.AsyncClient, settings: Settings, task: dict) -> str | None:
    """A member moves with the address; the handle is the address that the list has."""
    root = f"{settings.mailchimp_api_url}/3.0/lists/{settings.mailchimp_list_id}/members"
    auth = ("any", settings.mailchimp_api_key.get_secret_value())
    old, new = task["handle"], (task["email"] or "").lower()

    def path(address: str) -> str:
        digest = hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()
        return f"{root}/{digest}"

    if task["deleted"]:
        for address in {old, new} - {None, ""}:
            url = path(address) + "/actions/delete-permanent"
            await ask(http, "POST", url, 404, auth=auth)
        return None
    if not task["wants"] or not new:
        if old:
            gone = {"status": "unsubscribed"}
            await ask(http, "PATCH", path(old), 404, auth=auth, json=gone)
        return old
    if old and old != new:
        moved = {"email_address": new}
        # 404: it has moved already, and the answer was lost.
        await ask(http, "PATCH", path(old), 404, auth=auth, json=moved)
    names = {"FNAME": task["first_name"] or "", "LNAME": task["last_name"] or ""}
    member = {"email_address": new, "status_if_new": "pending", "merge_fields": names}
    await ask(http, "PUT", path(new), auth=auth, json=member)
    return new


async def support(http: httpx.AsyncClient, settings: Settings, task: dict) -> None:
    """Find, and create if nothing is found; a conflict tells the id."""
    root = f"{settings.intercom_api_url}/contacts"
    token = settings.intercom_access_token.get_secret_value()
    headers = {"authorization": f"Bearer {token}"}
    who = f"{root}/find_by_external_id/{task['clerk_id']}"
    found = await ask(http, "GET", who, 404, headers=headers)
    id_ = found.json()["id"] if found.is_success else None
    if task["deleted"]:
        if id_:
            await ask(http, "DELETE", f"{root}/{id_}", 404, headers=headers)
        return
    name = " ".join(filter(None, (task["first_name"], task["last_name"])))
    fields = {"external_id": task["clerk_id"], "email": task["email"], "name": name or None}
    if id_ is None:
        new = {"role": "user", **fields}
        made = await ask(http, "POST", root, 409, headers=headers, json=new)
        if made.is_success:
            return
        said = made.json()["errors"][0]["message"]
        id_ = re.search(r"id=(\w+)", said)[1]
        if "archived" in said:
            await ask(http, "POST", f"{root}/{id_}/unarchive", headers=headers)
    await ask(http, "PUT", f"{root}/{id_}", headers=headers, json=fields)


async def analytics(http: httpx.AsyncClient, settings: Settings, task: dict) -> None:
    """One track, whose id follows from the user's."""
    digest = hashlib.sha256(task["clerk_id"].encode()).hexdigest()
    happened = datetime.fromtimestamp(task["created"] / 1000, UTC)
    event = {
        "userId": task["clerk_id"],
        "event": "User Signed Up",
        "messageId": f"hooklab-{digest}",
        "timestamp": happened.isoformat(),
    }
    key = (settings.segment_write_key.get_secret_value(), "")
    await ask(http, "POST", f"{settings.segment_api_url}/v1/track", auth=key, json=event)


TELL = {"slack": slack, "newsletter": newsletter, "support": support, "analytics": analytics}
