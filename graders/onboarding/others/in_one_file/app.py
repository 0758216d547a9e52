"""A correct answer of another kind: one file, async routes, SQL by hand, a lock for each person.

Steps are counted in Python, under a lock that PostgreSQL gives for a person, SQLite for the file.
Keys are declared in other ways than the solution's, and a reminder is switched off when the
onboarding is complete.
"""

import asyncio
import hashlib
import hmac
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, Engine, text

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown, Settings, make_engine
from hooklab.webhooks import read_event

STEPS = ("email_verified", "profile_completed", "preferences_set", "first_action_done")
PAUSE = 300

TABLES = (
    'CREATE TABLE IF NOT EXISTS "user" (clerk_id VARCHAR(64) PRIMARY KEY, email TEXT, '
    "version BIGINT NOT NULL DEFAULT -1, gone BOOLEAN NOT NULL DEFAULT FALSE)",
    'CREATE TABLE IF NOT EXISTS onboarding (clerk_id VARCHAR(64) PRIMARY KEY REFERENCES "user", '
    "status TEXT NOT NULL DEFAULT 'incomplete', "
    + ", ".join(f"{step} BOOLEAN NOT NULL DEFAULT FALSE" for step in STEPS)
    + ")",
    "CREATE TABLE IF NOT EXISTS user_preferences (clerk_id VARCHAR(64) PRIMARY KEY "
    'REFERENCES "user", language TEXT NOT NULL, notifications BOOLEAN NOT NULL)',
    'CREATE TABLE IF NOT EXISTS post (clerk_id VARCHAR(64) NOT NULL REFERENCES "user" (clerk_id), '
    "nr VARCHAR(36) NOT NULL, text TEXT NOT NULL, PRIMARY KEY (clerk_id, nr))",
    "CREATE TABLE IF NOT EXISTS premium_grant (clerk_id VARCHAR(64) NOT NULL "
    "REFERENCES onboarding (clerk_id), granted_at BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS one_grant ON premium_grant (clerk_id)",
    "CREATE TABLE IF NOT EXISTS reminder (clerk_id VARCHAR(64) REFERENCES onboarding, "
    "kind VARCHAR(20), due_at BIGINT NOT NULL, state TEXT NOT NULL, not_before BIGINT NOT NULL, "
    "failures INTEGER NOT NULL DEFAULT 0, "
    "PRIMARY KEY (kind, clerk_id))",
    "CREATE INDEX IF NOT EXISTS open_reminders ON reminder (due_at) WHERE state = 'open'",
)


class Preferences(BaseModel):
    """The body of `PUT /me/preferences`."""

    language: str
    notifications: bool


class NewPost(BaseModel):
    """The body of `POST /posts`."""

    text: str


class Gone(Exception):
    """The person has deleted their account."""


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> Response:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type in ("user.created", "user.updated"):
            await asyncio.to_thread(hear, engine, settings, event.type, event.data)
        elif event.type == "user.deleted":
            await asyncio.to_thread(bury, engine, event.data["id"])
        return Response(status_code=202)

    @app.put("/me/preferences")
    async def put_preferences(request: Request, preferences: Preferences) -> dict[str, bool]:
        await act(request, prefer, preferences)
        return {"ok": True}

    @app.post("/posts")
    async def post(request: Request, new: NewPost) -> dict[str, bool]:
        await act(request, publish, new)
        return {"ok": True}

    async def act(request: Request, what: Any, body: BaseModel) -> None:
        clerk_id = user_of(request.headers.get("authorization", ""), settings)
        try:
            await asyncio.to_thread(what, engine, clerk_id, body)
        except Gone:
            raise HTTPException(404, "no such user") from None

    @app.post("/internal/cron")
    async def cron(request: Request) -> Response:
        require_cron(request.headers.get("authorization", ""), settings)
        await asyncio.to_thread(remind, engine, settings)
        return Response(status_code=204)

    return app


def require_cron(header: str, settings: Settings) -> None:
    """Answer 403 to whoever does not know the secret."""
    wanted = "Bearer " + settings.cron_secret.get_secret_value()
    if wanted == "Bearer " or not hmac.compare_digest(header.encode(), wanted.encode()):
        raise HTTPException(403)


def user_of(header: str, settings: Settings) -> str:
    """The id in a valid token; anything else is answered 403."""
    claims, _, proof = header.removeprefix("Bearer ").rpartition(".")
    key = settings.session_secret.get_secret_value().encode()
    wanted = hmac.new(key, claims.encode(), hashlib.sha256).hexdigest()
    clerk_id, _, expiry = claims.rpartition(".")
    if (
        not key
        or not hmac.compare_digest(proof.encode(), wanted.encode())
        or int(expiry) < time.time()
    ):
        raise HTTPException(403)
    return clerk_id


@contextmanager
def alone(engine: Engine, clerk_id: str) -> Iterator[Connection]:
    """A transaction in which nobody else touches this person."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext(:id))"), {"id": clerk_id}
            )
        yield connection
        connection.commit()


def one(connection: Connection, query: str, **values: Any) -> Any:
    """The first row of a query, by column name, or None."""
    return connection.execute(text(query), values).mappings().first()


def run(connection: Connection, statement: str, **values: Any) -> None:
    """Execute a statement."""
    connection.execute(text(statement), values)


def known(connection: Connection, clerk_id: str) -> Any:
    """The person's row, made if need be."""
    query = 'SELECT * FROM "user" WHERE clerk_id = :id'
    if one(connection, query, id=clerk_id) is None:
        run(connection, 'INSERT INTO "user" (clerk_id) VALUES (:id)', id=clerk_id)
    return one(connection, query, id=clerk_id)


def hear(engine: Engine, settings: Settings, type_: str, data: dict[str, Any]) -> None:
    """Take in what Clerk says of somebody."""
    with alone(engine, data["id"]) as connection:
        person = known(connection, data["id"])
        if person["gone"]:
            return
        primary = [
            entry
            for entry in data["email_addresses"]
            if entry["id"] == data["primary_email_address_id"]
        ]
        if data["updated_at"] > person["version"]:
            run(
                connection,
                'UPDATE "user" SET email = :email, version = :version WHERE clerk_id = :id',
                email=primary[0]["email_address"] if primary else None,
                version=data["updated_at"],
                id=data["id"],
            )
        proof = (primary[0]["verification"] if primary else None) or {}
        steps = {
            "email_verified": proof.get("status") == "verified",
            "profile_completed": bool(
                data["has_image"]
                and all((data[name] or "").strip() for name in ("first_name", "last_name"))
            ),
        }
        complete = advance(connection, data["id"], {step for step in steps if steps[step]})
        if type_ == "user.created":
            due_at = data["created_at"] + settings.onboarding_reminder_hours * 3_600_000
            run(
                connection,
                "INSERT INTO reminder VALUES (:id, 'onboarding', :due, :state, 0, 0) "
                "ON CONFLICT DO NOTHING",
                id=data["id"],
                due=due_at,
                state="off" if complete else "open",
            )


def advance(connection: Connection, clerk_id: str, done: set[str]) -> bool:
    """Add steps to those that were done; whether all are."""
    query = "SELECT * FROM onboarding WHERE clerk_id = :id"
    before = one(connection, query, id=clerk_id)
    if before is None:
        run(connection, "INSERT INTO onboarding (clerk_id) VALUES (:id)", id=clerk_id)
        before = one(connection, query, id=clerk_id)
    for step in sorted(done):
        run(connection, f"UPDATE onboarding SET {step} = TRUE WHERE clerk_id = :id", id=clerk_id)
    complete = all(before[step] or step in done for step in STEPS)
    if complete and before["status"] == "incomplete":
        run(
            connection,
            "UPDATE onboarding SET status = 'completed' WHERE clerk_id = :id",
            id=clerk_id,
        )
        run(
            connection,
            "INSERT INTO premium_grant VALUES (:id, :now)",
            id=clerk_id,
            now=int(time.time()),
        )
        run(
            connection,
            "UPDATE reminder SET state = 'off' WHERE clerk_id = :id AND state = 'open'",
            id=clerk_id,
        )
    return complete


def bury(engine: Engine, clerk_id: str) -> None:
    """Remove somebody's data, and remember that they are gone."""
    with alone(engine, clerk_id) as connection:
        known(connection, clerk_id)
        for table in ("reminder", "premium_grant", "onboarding", "post", "user_preferences"):
            run(connection, f"DELETE FROM {table} WHERE clerk_id = :id", id=clerk_id)
        run(
            connection,
            'UPDATE "user" SET gone = TRUE, email = NULL WHERE clerk_id = :id',
            id=clerk_id,
        )


def prefer(engine: Engine, clerk_id: str, preferences: Preferences) -> None:
    """Replace somebody's preferences."""
    with alone(engine, clerk_id) as connection:
        if known(connection, clerk_id)["gone"]:
            raise Gone
        run(connection, "DELETE FROM user_preferences WHERE clerk_id = :id", id=clerk_id)
        run(
            connection,
            "INSERT INTO user_preferences VALUES (:id, :language, :notifications)",
            id=clerk_id,
            **preferences.model_dump(),
        )
        advance(connection, clerk_id, {"preferences_set"})


def publish(engine: Engine, clerk_id: str, new: NewPost) -> None:
    """Add a post."""
    with alone(engine, clerk_id) as connection:
        if known(connection, clerk_id)["gone"]:
            raise Gone
        run(
            connection,
            "INSERT INTO post VALUES (:id, :nr, :text)",
            id=clerk_id,
            nr=str(uuid.uuid4()),
            text=new.text,
        )
        advance(connection, clerk_id, {"first_action_done"})


def remind(engine: Engine, settings: Settings) -> None:
    """Send what is due."""
    now = int(time.time() * 1000)
    with engine.connect() as connection:
        due = connection.execute(
            text(
                "SELECT clerk_id FROM reminder WHERE state = 'open' "
                "AND due_at <= :now AND not_before <= :now ORDER BY due_at"
            ),
            {"now": now},
        ).scalars()
        people = list(due)
    for clerk_id in people:
        with alone(engine, clerk_id) as connection:
            address = claim(connection, clerk_id, now)
        if address is not None:
            state = send(settings, address)
            with alone(engine, clerk_id) as connection:
                settle(connection, clerk_id, state, now + PAUSE * 1000)
                if state == "open":
                    count(connection, clerk_id, settings.mail_max_attempts)


def claim(connection: Connection, clerk_id: str, now: int) -> str | None:
    """Where the reminder goes, if it still goes anywhere and nobody else sends it."""
    row = one(
        connection,
        "SELECT r.not_before, u.email, p.notifications FROM reminder r "
        'JOIN "user" u ON u.clerk_id = r.clerk_id '
        "LEFT JOIN user_preferences p ON p.clerk_id = r.clerk_id "
        "WHERE r.clerk_id = :id AND r.kind = 'onboarding' AND r.state = 'open'",
        id=clerk_id,
    )
    if row is None or row["not_before"] > now:
        return None
    # What has once begun to leave does not leave again, whatever becomes of this process.
    wanted = row["email"] is not None and row["notifications"] not in (False, 0)
    settle(connection, clerk_id, "leaving" if wanted else "off", 0)
    return row["email"] if wanted else None


def settle(connection: Connection, clerk_id: str, state: str, not_before: int) -> None:
    """Write down what became of a reminder."""
    run(
        connection,
        "UPDATE reminder SET state = :state, not_before = :later WHERE clerk_id = :id",
        id=clerk_id,
        state=state,
        later=not_before,
    )


def count(connection: Connection, clerk_id: str, most: int) -> None:
    """Count a failure, and give the reminder up after `most` of them."""
    run(
        connection,
        "UPDATE reminder SET failures = failures + 1, "
        "state = CASE WHEN failures + 1 < :most THEN 'open' ELSE 'off' END WHERE clerk_id = :id",
        id=clerk_id,
        most=most,
    )


def send(settings: Settings, address: str) -> str:
    """Hand a reminder to the mail server; the state that it is in then."""
    message = EmailMessage()
    message["From"], message["To"] = settings.mail_from, address
    message["Subject"] = "Almost there"
    message.set_content(f"A few steps are left: {settings.app_url}\n")
    try:
        with Mailer(settings).connect() as connection:
            connection.send(message)
    except MailOutcomeUnknown:
        return "lost"
    except MailNotSent:
        return "open"
    return "sent"
