"""Another right answer: raw SQL, async routes, all detection and sending in the cron, one lock."""

import asyncio
import hmac
import json
import time
from collections import Counter
from email.message import EmailMessage

import httpx
from fastapi import FastAPI, Request, Response
from sqlalchemy import Connection, Engine, create_engine, text

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown, Settings, get_logger
from hooklab.webhooks import read_event

log = get_logger()

HOUR = 3_600_000
LOCK_SECONDS = 60

TABLES = (
    """CREATE TABLE IF NOT EXISTS session_log (
        session_id VARCHAR(64) PRIMARY KEY, clerk_id VARCHAR(64) NOT NULL,
        created_at BIGINT NOT NULL, country VARCHAR(8), ip_address VARCHAR(64),
        impersonated_by VARCHAR(64), person TEXT, examined INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS security_alert (
        session_id VARCHAR(64) NOT NULL, rule VARCHAR(32) NOT NULL, clerk_id VARCHAR(64) NOT NULL,
        at BIGINT NOT NULL, person TEXT NOT NULL, email_sent INTEGER NOT NULL,
        slack_sent INTEGER NOT NULL, PRIMARY KEY (session_id, rule))""",
    "CREATE TABLE IF NOT EXISTS job (name VARCHAR(16) PRIMARY KEY, until BIGINT NOT NULL)",
    "INSERT INTO job VALUES ('watch', 0) ON CONFLICT DO NOTHING",
)


def create_app(settings: Settings) -> FastAPI:
    """The app."""
    engine = create_engine(settings.database_url, pool_pre_ping=True, hide_parameters=True)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> dict:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type == "session.created":
            await asyncio.to_thread(keep, engine, row(event.payload))
        return {"ok": True}

    @app.post("/internal/cron")
    async def cron(request: Request) -> Response:
        secret = settings.cron_secret.get_secret_value()
        given = request.headers.get("authorization", "")
        if not secret or not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            return Response(status_code=403)
        await asyncio.to_thread(work, engine, settings)
        return Response(status_code=204)

    return app


def row(payload: dict) -> dict:
    """The columns of a session."""
    data = payload["data"]
    activity = data.get("latest_activity") or {}
    request = (payload.get("event_attributes") or {}).get("http_request") or {}
    user = data.get("user") or {}
    primary = user.get("primary_email_address_id")
    addresses = {each["id"]: each["email_address"] for each in user.get("email_addresses", [])}
    names = [user.get("first_name"), user.get("last_name")]
    person = {"email": addresses.get(primary), "name": " ".join(filter(None, names))}
    return {
        "session_id": data["id"],
        "clerk_id": data["user_id"],
        "created_at": data["created_at"],
        "country": activity.get("country"),
        "ip_address": request.get("client_ip") or activity.get("ip_address"),
        "impersonated_by": (data.get("actor") or {}).get("sub"),
        "person": json.dumps(person),
    }


def keep(engine: Engine, values: dict) -> None:
    """Write the session once."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO session_log VALUES (:session_id, :clerk_id, :created_at, :country, "
                ":ip_address, :impersonated_by, :person, 0) ON CONFLICT DO NOTHING"
            ),
            values,
        )


def work(engine: Engine, settings: Settings) -> None:
    """Examine, send and forget, unless another process is at it."""
    now = time.time()
    take = text("UPDATE job SET until = :until WHERE name = 'watch' AND until <= :now")
    with engine.begin() as connection:
        if connection.execute(take, {"until": now + LOCK_SECONDS, "now": now}).rowcount == 0:
            return
    try:
        examine_all(engine, settings)
        send_all(engine, settings)
        oldest = (now - settings.session_ip_retention_days * 86_400) * 1000
        with engine.begin() as connection:
            forget = "UPDATE session_log SET ip_address = NULL WHERE created_at < :oldest"
            connection.execute(text(forget), {"oldest": int(oldest)})
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE job SET until = 0 WHERE name = 'watch'"))


def examine_all(engine: Engine, settings: Settings) -> None:
    """Look at each session that nobody has looked at, in the order in which they began."""
    fresh = "SELECT * FROM session_log WHERE examined = 0 ORDER BY created_at, session_id"
    with engine.connect() as connection:
        sessions = connection.execute(text(fresh)).mappings().all()
    off = settings.fraud_rules_off.replace(",", " ").split()
    for session in sessions:
        with engine.begin() as connection:
            if session["impersonated_by"] is None:
                for rule in sorted(set(broken(connection, session, settings)) - set(off)):
                    raise_alert(connection, session, rule, settings)
            done = "UPDATE session_log SET examined = 1, person = NULL WHERE session_id = :id"
            connection.execute(text(done), {"id": session["session_id"]})


def broken(connection: Connection, session: dict, settings: Settings) -> list[str]:
    """The rules that the session breaks."""
    mine = "SELECT created_at, country FROM session_log WHERE clerk_id = :who"
    mine += " AND impersonated_by IS NULL ORDER BY created_at"
    log = connection.execute(text(mine), {"who": session["clerk_id"]}).all()
    at, country = session["created_at"], session["country"]
    before = [each for each in log if each.created_at < at]
    visited = {each.country for each in before} - {None}
    found = []
    if fullest(log, at, settings.fraud_countries_hours * HOUR, len_countries) > (
        settings.fraud_max_countries
    ):
        found.append("many_countries")
    if fullest(log, at, settings.fraud_sessions_minutes * 60_000, len) > (
        settings.fraud_max_sessions
    ):
        found.append("many_sessions")
    if country and visited and country not in visited:
        found.append("new_country")
    if before and at - before[-1].created_at > settings.fraud_absence_days * 24 * HOUR:
        found.append("long_absence")
    return found


def len_countries(group: list) -> int:
    """How many countries are known in the group."""
    return len(Counter(each.country for each in group if each.country))


def fullest(log: list, at: int, span: int, size: object) -> int:
    """The largest size of a window shorter than `span` that holds `at`."""
    starts = [each.created_at for each in log if at - span < each.created_at <= at]
    windows = ([each for each in log if 0 <= each.created_at - start < span] for start in starts)
    return max(map(size, windows), default=0)


def raise_alert(connection: Connection, session: dict, rule: str, settings: Settings) -> None:
    """Write the alert unless its rule is silent for the user."""
    cooldown = settings.fraud_cooldown_hours * HOUR
    at, who = session["created_at"], session["clerk_id"]
    # Looking first is safe: one process at a time examines anything.
    near = connection.execute(
        text(
            "SELECT 1 FROM security_alert WHERE clerk_id = :who AND rule = :rule "
            "AND at > :first AND at < :last"
        ),
        {"who": who, "rule": rule, "first": at - cooldown, "last": at + cooldown},
    ).first()
    if near is None:
        connection.execute(
            text("INSERT INTO security_alert VALUES (:id, :rule, :who, :at, :person, 0, 0)"),
            {
                "id": session["session_id"],
                "rule": rule,
                "who": who,
                "at": at,
                "person": session["person"],
            },
        )


def send_all(engine: Engine, settings: Settings) -> None:
    """Try everything that has not left yet. Below zero, failures are counted."""
    waiting = "SELECT * FROM security_alert WHERE email_sent < 1 OR slack_sent < 1"
    with engine.connect() as connection:
        alerts = connection.execute(text(waiting)).mappings().all()
    for alert in alerts:
        for channel, send in (("email", send_email), ("slack", send_slack)):
            if -settings.alert_max_attempts < alert[f"{channel}_sent"] < 1:
                sent = send(settings, alert, json.loads(alert["person"]))
                outcome = "sent" if sent else "failed"
                log.info("tried", channel=channel, rule=alert["rule"], outcome=outcome)
                mark(engine, alert, channel, "1" if sent else f"{channel}_sent - 1")


def mark(engine: Engine, alert: dict, channel: str, value: str) -> None:
    """Note that one of the two messages has left, or has failed once more."""
    sent = (
        f"UPDATE security_alert SET {channel}_sent = {value} "
        "WHERE session_id = :id AND rule = :rule"
    )
    with engine.begin() as connection:
        connection.execute(text(sent), {"id": alert["session_id"], "rule": alert["rule"]})


def send_email(settings: Settings, alert: dict, person: dict) -> bool:
    """Write to the user; True also when there is nobody to write to."""
    if not person["email"]:
        return True
    message = EmailMessage()
    message["From"], message["To"] = settings.mail_from, person["email"]
    message["Subject"] = "Something unusual happened"
    message.set_content(f"{alert['rule']}: open the app as you always do, and look.\n")
    try:
        with Mailer(settings).connect() as connection:
            connection.send(message)
    except (MailNotSent, MailOutcomeUnknown):
        return False
    return True


def send_slack(settings: Settings, alert: dict, person: dict) -> bool:
    """Tell the team, with the name in an object whose text Slack does not interpret."""
    name = " ".join(person["name"].split())
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{alert['rule']}*"}},
        {"type": "section", "text": {"type": "plain_text", "text": f"{name} {alert['clerk_id']}"}},
    ]
    try:
        answer = httpx.post(
            settings.slack_webhook_url.get_secret_value(),
            json={"text": f"Security: {alert['rule']}", "blocks": blocks},
            timeout=5,
        )
    except httpx.HTTPError:
        return False
    return answer.is_success
