"""Another right answer: one file, raw SQL, async routes, all but the log left to the cron."""

import asyncio
import hmac
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from html import escape
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from redis import asyncio as aioredis
from redis.exceptions import RedisError
from sqlalchemy import Engine, create_engine, text

from hooklab.services import Settings
from hooklab.webhooks import read_event

DAY = timedelta(days=1)

TABLES = (
    # Everything that ever happened, under the key of what happened.
    """CREATE TABLE IF NOT EXISTS happened (
        what VARCHAR(16), about VARCHAR(64), clerk_id VARCHAR(64), at BIGINT, until BIGINT,
        detail TEXT, PRIMARY KEY (what, about))""",
    "CREATE TABLE IF NOT EXISTS told (what VARCHAR(16), about VARCHAR(64), "
    "PRIMARY KEY (what, about))",
)

NAMES = {"signup": "user_signed_up", "login": "user_logged_in"}


def create_app(settings: Settings) -> FastAPI:
    """The app."""
    zone = ZoneInfo(settings.analytics_time_zone)
    engine = create_engine(settings.database_url, pool_pre_ping=True, hide_parameters=True)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> Response:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        row = read(event.type, event.data)
        if row:
            await asyncio.to_thread(keep, engine, row)
        return Response(status_code=202)

    @app.post("/internal/actions")
    async def action(request: Request) -> Response:
        only(request, settings.cron_secret)
        who = (await request.json())["clerk_id"]
        row = {"what": "action", "about": who, "clerk_id": who, "at": 0, "until": 0, "detail": None}
        await asyncio.to_thread(keep, engine, row)
        return Response(status_code=202)

    @app.post("/internal/cron")
    async def cron(request: Request) -> Response:
        only(request, settings.cron_secret)
        facts = await asyncio.to_thread(load, engine, settings)
        for job in (tell(engine, settings, facts), count(settings, zone, facts)):
            # One that fails keeps nothing from the other.
            with suppress(RedisError, httpx.HTTPError):
                await job
        return Response(status_code=204)

    @app.get("/analytics/summary")
    async def summary(request: Request, day: date | None = None) -> Response:
        only(request, settings.admin_token)
        facts = await asyncio.to_thread(load, engine, settings)
        body = summarize(facts, zone, day or datetime.now(zone).date())
        body["live"] = await live(settings, datetime.now(zone).date())
        return JSONResponse(body)

    @app.get("/admin/analytics")
    async def page(request: Request) -> Response:
        only(request, settings.admin_token)
        facts = await asyncio.to_thread(load, engine, settings)
        return HTMLResponse(draw(summarize(facts, zone, datetime.now(zone).date())))

    return app


def only(request: Request, secret: Any) -> None:
    """Refuse everybody who does not know the secret."""
    wanted, given = secret.get_secret_value(), request.headers.get("authorization", "")
    if not wanted or not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(403)


def read(kind: str, data: dict) -> dict | None:
    """A row for what happened, or None."""
    row = {"what": "", "about": data.get("id"), "clerk_id": data.get("user_id"), "until": 0}
    row |= {"at": data.get("created_at", 0), "detail": None}
    match kind:
        case "user.created":
            return row | {"what": "user", "clerk_id": data["id"], "detail": source(data)}
        case "session.created":
            what = "staff" if data.get("actor") else "session"
            country = (data.get("latest_activity") or {}).get("country")
            made = (data.get("user") or {}).get("created_at", 0)
            # Where the user is told, this beats what the log says: it cannot be late.
            extra = f"{made}|{country or ''}"
            return row | {"what": what, "until": data["expire_at"], "detail": extra}
        case "session.ended" | "session.removed" | "session.revoked":
            return row | {"what": "end"}
    return None


def source(user: dict) -> str:
    """How somebody came."""
    if user.get("public_metadata", {}).get("imported") is True:
        return "import"
    mails = {each["id"]: each for each in user["email_addresses"]}
    mail = mails.get(user["primary_email_address_id"])
    if mail and (mail["verification"] or {}).get("strategy") == "admin":
        return "admin"
    if user["saml_accounts"] or user["enterprise_accounts"]:
        return "saml"
    for account in user["external_accounts"][:1]:
        name = account.get("provider") or account["object"].replace("_account", "")
        name = name.removeprefix("oauth_")
        known = name in ("google", "facebook", "apple", "github", "microsoft")
        return name if known else "unknown"
    if user["web3_wallets"]:
        return "web3"
    if mail:
        return "email"
    if user["primary_phone_number_id"]:
        return "phone"
    return "username" if user["username"] else "unknown"


def keep(engine: Engine, row: dict) -> None:
    """Write it once."""
    statement = (
        "INSERT INTO happened VALUES (:what, :about, :clerk_id, :at, :until, :detail) "
        "ON CONFLICT DO NOTHING"
    )
    with engine.begin() as connection:
        connection.execute(text(statement), row)


def load(engine: Engine, settings: Settings) -> dict[str, dict[str, Any]]:
    """Everything, by what it is; sessions are told apart only now, when all users are known."""
    facts: dict[str, dict[str, Any]] = {
        what: {} for what in ("user", "signup", "login", "session", "staff", "end", "action")
    }
    with engine.connect() as connection:
        for row in connection.execute(text("SELECT * FROM happened")).mappings():
            facts[row["what"]][row["about"]] = dict(row)
    for about, row in facts["user"].items():
        if row["detail"] not in ("import", "admin"):
            facts["signup"][about] = row
    grace = settings.analytics_signup_session_seconds * 1000
    for about, row in facts["session"].items():
        made, _, country = row["detail"].partition("|")
        user = facts["user"].get(row["clerk_id"])
        begun = int(made) or (user["at"] if user else 0)
        row["country"] = country or None
        if row["at"] - begun >= grace:
            facts["login"][about] = row
    return facts


async def tell(engine: Engine, settings: Settings, facts: dict) -> None:
    """Tell Segment what it has not been told, one by one."""
    with engine.connect() as connection:
        told = {tuple(row) for row in connection.execute(text("SELECT what, about FROM told"))}
    key = settings.segment_write_key.get_secret_value()
    async with httpx.AsyncClient(base_url=settings.segment_api_url, timeout=3) as client:
        for what, name in NAMES.items():
            for about, row in facts[what].items():
                if (what, about) in told:
                    continue
                extra = (
                    {"source": row["detail"]} if what == "signup" else {"country": row["country"]}
                )
                message = {
                    "userId": row["clerk_id"],
                    "event": name,
                    "timestamp": datetime.fromtimestamp(row["at"] / 1000, UTC).isoformat(),
                    "messageId": f"{settings.analytics_message_prefix}{what}-{about}",
                    "properties": extra,
                }
                answer = await client.post("/v1/track", json=message, auth=(key, ""))
                if answer.status_code not in (200, 400):
                    return
                with engine.begin() as connection:
                    done = "INSERT INTO told VALUES (:what, :about) ON CONFLICT DO NOTHING"
                    connection.execute(text(done), {"what": what, "about": about})


def key(name: str, day: date) -> str:
    """The name of a counter."""
    return f"analytics:{name}:{day.isoformat()}"


async def count(settings: Settings, zone: ZoneInfo, facts: dict) -> None:
    """Write the counters of today and yesterday anew."""
    redis = aioredis.from_url(settings.redis_url, socket_timeout=2)
    today = datetime.now(zone).date()
    try:
        for name, what in (("signups", "signup"), ("logins", "login")):
            for day in (today, today - DAY):
                members = [about for about, row in facts[what].items() if on(row, zone) == day]
                async with redis.pipeline(transaction=True) as pipe:
                    pipe.delete(key(name, day))
                    if members:
                        pipe.sadd(key(name, day), *members)
                        pipe.expire(key(name, day), 60 * 60 * 72)
                    await pipe.execute()
    finally:
        await redis.aclose()


async def live(settings: Settings, day: date) -> dict | None:
    """How many are in the counters of the day; None when Redis is away."""
    redis = aioredis.from_url(settings.redis_url, decode_responses=True, socket_timeout=2)
    try:
        return {name: await redis.scard(key(name, day)) for name in ("signups", "logins")}
    except RedisError:
        return None
    finally:
        await redis.aclose()


def on(row: dict, zone: ZoneInfo) -> date:
    """The day of something."""
    return datetime.fromtimestamp(row["at"] / 1000, zone).date()


def hour(at: float, zone: ZoneInfo) -> datetime:
    """The beginning of the hour, in UTC."""
    local = datetime.fromtimestamp(at, zone)
    return (local.astimezone(UTC) - timedelta(minutes=local.minute)).replace(
        second=0, microsecond=0
    )


def series(beginnings: list[datetime], hours: Counter) -> list[dict]:
    """The hours with their counts."""
    return [{"start": each.isoformat(), "count": hours[each]} for each in beginnings]


def summarize(facts: dict, zone: ZoneInfo, day: date) -> dict[str, Any]:
    """All figures."""
    now = datetime.now(UTC)
    signups = facts["signup"]
    hours = Counter(hour(row["at"] / 1000, zone) for row in signups.values())
    days = Counter(on(row, zone) for row in signups.values())
    start = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    # Longer than any day; what belongs to another day falls out.
    candidates = [datetime.fromtimestamp(start + 3600 * n, UTC) for n in range(27)]
    own = [each for each in candidates if each.astimezone(zone).date() == day]
    last = [hour(now.timestamp(), zone) - timedelta(hours=23 - n) for n in range(24)]
    waits = []
    for who, row in signups.items():
        begun = [each["at"] for each in facts["login"].values() if each["clerk_id"] == who]
        waits += [(min(begun) - row["at"]) / 1000] if begun else []
    acted = len(signups.keys() & facts["action"].keys())
    rows = [
        row
        for about, row in facts["session"].items()
        if about not in facts["end"] and row["until"] > now.timestamp() * 1000
    ]
    return {
        "time_zone": zone.key,
        "day": day.isoformat(),
        "signups": {
            "total": len(signups),
            "by_hour": series(own, hours),
            "last_24_hours": series(last, hours),
            "by_day": [
                {"day": (day - n * DAY).isoformat(), "count": days[day - n * DAY]}
                for n in range(29, -1, -1)
            ],
        },
        "users": {"by_source": Counter(row["detail"] for row in facts["user"].values())},
        "conversion": {
            "signed_up": len(signups),
            "activated": acted,
            "activation_rate": acted / len(signups) if signups else None,
            "logged_in": len(waits),
            "login_rate": len(waits) / len(signups) if signups else None,
            "median_seconds_to_first_login": median(waits) if waits else None,
        },
        "logins": {
            "total": len(facts["login"]),
            "by_country": Counter(row["country"] or "unknown" for row in facts["login"].values()),
        },
        "connected": {"users": len({row["clerk_id"] for row in rows}), "sessions": len(rows)},
    }


CSS = """
:root { color-scheme: light dark; font-family: sans-serif }
.bars { display: flex; align-items: end; height: 8rem; gap: 2px }
.bars i { flex: 1; background: light-dark(teal, aquamarine) }
table { width: 100% }
"""


def draw(found: dict) -> str:
    """A plain page with bars made of boxes."""
    hours = found["signups"]["last_24_hours"]
    people = found["conversion"]
    parts = (
        (
            "signups",
            "New users, hour by hour",
            [(each["start"][11:16], each["count"]) for each in hours],
        ),
        ("connected", "Open sessions", [("people", found["connected"]["users"])]),
        (
            "countries",
            "Where from",
            sorted(found["logins"]["by_country"].items(), key=lambda item: -item[1]),
        ),
        (
            "conversion",
            "How far",
            [(step, people[step]) for step in ("signed_up", "activated", "logged_in")],
        ),
    )
    regions = "".join(
        f"<article id={name}>{part(title, rows)}</article>" for name, title, rows in parts
    )
    return (
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Figures</title>"
        "<meta name=viewport content='width=device-width'>"
        f"<style>{CSS}</style><h1>Figures</h1>{regions}"
    )


def part(title: str, rows: list[tuple[str, int]]) -> str:
    """A heading, boxes and a table."""
    most = max((count for _, count in rows), default=0) or 1
    boxes = "".join(f"<i style='height:{100 * count / most:.0f}%'></i>" for _, count in rows)
    lines = "".join(f"<tr><td>{escape(name)}<td>{count:,}" for name, count in rows)
    return (
        f"<h3>{title}</h3><figure class=bars role=img aria-label='{title}'>{boxes}</figure>"
        f"<table aria-label='{title}'><tr><th>What<th>How many{lines}</table>"
    )
