"""gdpr_deletion, written another way: one async file, plain SQL, and most work in the cron.

The audit row itself is the tombstone, and whoever writes about a person takes that person's lock
first. What is in the tables goes in the transaction of the deletion, everything else in the cron:
each step claims its own row, and speaks HTTP without the services' clients.
"""

import asyncio
import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI, HTTPException, Request, Response
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown, Settings, make_engine
from hooklab.webhooks import Event, read_event

STEPS = ("files", "content", "records", "stripe", "mailing_list", "user")
AT_ONCE = ("content", "records")
NOBODY = {"en": "[deleted user]", "fr": "[utilisateur supprimé]"}

SCHEMA = """
CREATE TABLE IF NOT EXISTS "user" (id TEXT PRIMARY KEY, clerk_id TEXT UNIQUE NOT NULL, email TEXT,
    name TEXT NOT NULL, stripe_customer_id TEXT, addresses TEXT NOT NULL, version BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS post (id TEXT PRIMARY KEY, author_id TEXT REFERENCES "user" (id),
    author_name TEXT NOT NULL, author_email TEXT, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS comment (id TEXT PRIMARY KEY, post_id TEXT REFERENCES post (id),
    author_id TEXT REFERENCES "user" (id), author_name TEXT NOT NULL, author_email TEXT,
    text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS upload (id TEXT PRIMARY KEY, user_id TEXT REFERENCES "user" (id),
    filename TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session_log (id TEXT PRIMARY KEY, clerk_id TEXT NOT NULL,
    ip_address TEXT);
CREATE TABLE IF NOT EXISTS email_queue (id TEXT PRIMARY KEY, clerk_id TEXT NOT NULL,
    address TEXT NOT NULL, words TEXT NOT NULL, due_at DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS webhook_inbox (svix_id TEXT PRIMARY KEY, clerk_id TEXT, payload TEXT);
CREATE TABLE IF NOT EXISTS erasure (id TEXT PRIMARY KEY, subject_hash TEXT UNIQUE NOT NULL,
    status TEXT NOT NULL, requested_at DOUBLE PRECISION NOT NULL, completed_at DOUBLE PRECISION,
    clerk_id TEXT, user_id TEXT, customer TEXT, addresses TEXT);
CREATE TABLE IF NOT EXISTS erasure_step (erasure_id TEXT REFERENCES erasure (id),
    name TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL,
    next_attempt_at DOUBLE PRECISION NOT NULL, lease_until DOUBLE PRECISION NOT NULL,
    done_at DOUBLE PRECISION, PRIMARY KEY (erasure_id, name))
"""


def create_app(settings: Settings) -> FastAPI:
    engine = make_engine(settings.database_url)
    with engine.begin() as connection:
        for statement in SCHEMA.split(";"):
            connection.execute(text(statement))
    app = FastAPI()
    community = Community(engine, settings)

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> Response:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        try:
            await asyncio.to_thread(community.take, event)
        except SQLAlchemyError:
            return Response("later", 503)
        except (KeyError, TypeError):
            return Response("nonsense", 422)
        return Response(status_code=204)

    @app.post("/internal/cron")
    async def cron(request: Request) -> dict[str, int]:
        wanted = f"Bearer {settings.cron_secret.get_secret_value()}".encode()
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted):
            raise HTTPException(403)
        steps = await asyncio.to_thread(community.claim_steps)
        await community.work_on(steps)
        await asyncio.to_thread(community.send_mails)
        return {"steps": len(steps)}

    @app.post("/posts", status_code=201)
    async def post(request: Request) -> dict[str, str]:
        return await asyncio.to_thread(
            community.write, who(settings, request), await words(request)
        )

    @app.post("/posts/{post_id}/comments", status_code=201)
    async def comment(request: Request, post_id: str) -> dict[str, str]:
        said = await words(request)
        return await asyncio.to_thread(community.write, who(settings, request), said, post_id)

    @app.post("/uploads", status_code=201)
    async def upload(request: Request) -> dict[str, str]:
        file = await request.json()
        return await asyncio.to_thread(community.keep, who(settings, request), file)

    return app


def who(settings: Settings, request: Request) -> str:
    claims, _, signature = request.headers["authorization"][len("Bearer ") :].rpartition(".")
    key = settings.session_secret.get_secret_value().encode()
    wanted = hmac.new(key, claims.encode(), "sha256").hexdigest()
    clerk_id, _, expiry = claims.rpartition(".")
    if not hmac.compare_digest(signature.encode(), wanted.encode()) or int(expiry) <= time.time():
        raise HTTPException(401)
    return clerk_id


async def words(request: Request) -> str:
    return str((await request.json())["text"])


def run(connection: Connection, statement: str, **values: Any) -> Any:
    return connection.execute(text(statement), values)


class Community:
    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings

    def subject(self, clerk_id: str) -> str:
        key = self.settings.erasure_hash_key.get_secret_value().encode()
        return hmac.new(key, clerk_id.encode(), hashlib.sha256).hexdigest()

    @contextmanager
    def locked(self, subject: str) -> Iterator[tuple[Connection, bool]]:
        """A transaction in which nobody else writes about the person, and whether they are gone."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                number = int(subject[:15], 16)
                run(connection, "SELECT pg_advisory_xact_lock(:number)", number=number)
            found = run(connection, "SELECT 1 FROM erasure WHERE subject_hash = :it", it=subject)
            yield connection, found.first() is not None
            connection.commit()

    # Clerk

    def take(self, event: Event) -> None:
        match event.type:
            case "user.created" | "user.updated":
                self.keep_user(event, event.data["id"])
            case "session.created":
                self.keep_session(event, event.data["user_id"])
            case "user.deleted":
                self.begin(event, event.data["id"])

    def remember(self, connection: Connection, event: Event, clerk_id: str) -> bool:
        return bool(
            run(
                connection,
                "INSERT INTO webhook_inbox VALUES (:svix_id, :clerk_id, :payload) "
                "ON CONFLICT DO NOTHING RETURNING svix_id",
                svix_id=event.message_id,
                clerk_id=clerk_id,
                payload=json.dumps(event.payload),
            ).first()
        )

    def keep_user(self, event: Event, clerk_id: str) -> None:
        data = event.data
        by_id = {each["id"]: each["email_address"] for each in data["email_addresses"]}
        email = by_id.get(data["primary_email_address_id"])
        values = {
            "clerk_id": clerk_id,
            "email": email,
            "name": " ".join(filter(None, (data["first_name"], data["last_name"]))) or "?",
            "customer": (data["private_metadata"] or {}).get("stripe_customer_id"),
            "version": data["updated_at"],
        }
        with self.locked(self.subject(clerk_id)) as (connection, erased):
            if erased or not self.remember(connection, event, clerk_id):
                return
            old = self.user(connection, clerk_id)
            addresses = {*json.loads(old["addresses"] if old else "[]"), *by_id.values()}
            values["addresses"] = json.dumps(sorted(addresses))
            if old is None:
                run(
                    connection,
                    'INSERT INTO "user" VALUES '
                    "(:id, :clerk_id, :email, :name, :customer, :addresses, :version)",
                    id=str(uuid4()),
                    **values,
                )
                for delay, said in ((0, "Welcome"), (2 * 86400, "We miss you")):
                    self.queue(connection, clerk_id, email, said, time.time() + delay)
            elif old["version"] < data["updated_at"]:
                run(
                    connection,
                    'UPDATE "user" SET email = :email, name = :name, version = :version, '
                    "stripe_customer_id = :customer, addresses = :addresses "
                    "WHERE clerk_id = :clerk_id",
                    **values,
                )

    def queue(
        self, connection: Connection, clerk_id: str, address: str | None, said: str, due: float
    ) -> None:
        if address:
            run(
                connection,
                "INSERT INTO email_queue VALUES (:id, :clerk_id, :address, :said, :due)",
                id=str(uuid4()),
                clerk_id=clerk_id,
                address=address,
                said=said,
                due=due,
            )

    def keep_session(self, event: Event, clerk_id: str) -> None:
        activity = event.data.get("latest_activity") or {}
        with self.locked(self.subject(clerk_id)) as (connection, erased):
            if not erased and self.remember(connection, event, clerk_id):
                run(
                    connection,
                    "INSERT INTO session_log VALUES (:id, :clerk_id, :ip) ON CONFLICT DO NOTHING",
                    id=event.data["id"],
                    clerk_id=clerk_id,
                    ip=activity.get("ip_address"),
                )

    def user(self, connection: Connection, clerk_id: str) -> Any:
        found = run(connection, 'SELECT * FROM "user" WHERE clerk_id = :id', id=clerk_id)
        return found.mappings().first()

    # What members do

    @contextmanager
    def writing(self, clerk_id: str) -> Iterator[tuple[Connection, Any]]:
        with self.locked(self.subject(clerk_id)) as (connection, erased):
            user = None if erased else self.user(connection, clerk_id)
            if user is None:
                raise HTTPException(403)
            yield connection, user

    def write(self, clerk_id: str, said: str, post_id: str | None = None) -> dict[str, str]:
        with self.writing(clerk_id) as (connection, user):
            values = {"id": str(uuid4()), "author": user["id"], "name": user["name"]}
            place = ":post, " if post_id else ""
            run(
                connection,
                f"INSERT INTO {'comment' if post_id else 'post'} "
                f"VALUES (:id, {place}:author, :name, :email, :said)",
                **values,
                email=user["email"],
                said=said,
                **({"post": post_id} if post_id else {}),
            )
        return {"id": values["id"]}

    def keep(self, clerk_id: str, file: dict[str, str]) -> dict[str, str]:
        name = str(uuid4())
        with self.writing(clerk_id) as (connection, user):
            run(
                connection,
                "INSERT INTO upload VALUES (:id, :user, :filename)",
                id=name,
                user=user["id"],
                filename=file["filename"],
            )
            folder = Path(self.settings.uploads_dir)
            folder.mkdir(exist_ok=True)
            (folder / f"{user['id']}--{name}").write_text(file["content"])
        return {"id": name}

    # The erasure

    def begin(self, event: Event, clerk_id: str) -> None:
        subject, now, id_ = self.subject(clerk_id), time.time(), str(uuid4())
        stamp = event.payload["timestamp"]
        with self.locked(subject) as (connection, erased):
            if erased:
                return
            user = self.user(connection, clerk_id)
            run(
                connection,
                "INSERT INTO erasure VALUES (:id, :subject, 'running', :at, NULL, :clerk_id, "
                ":user_id, :customer, :addresses)",
                id=id_,
                subject=subject,
                at=stamp / 1000 if stamp > 10**11 else stamp,
                clerk_id=clerk_id,
                user_id=user and user["id"],
                customer=user and user["stripe_customer_id"],
                addresses=self.own_addresses(connection, user),
            )
            for name in STEPS:
                run(
                    connection,
                    "INSERT INTO erasure_step VALUES (:id, :name, :status, 0, :now, 0, :done)",
                    id=id_,
                    name=name,
                    status="done" if name in AT_ONCE else "pending",
                    now=now,
                    done=now if name in AT_ONCE else None,
                )
            self.erase_rows(connection, clerk_id, user and user["id"])

    def own_addresses(self, connection: Connection, user: Any) -> str:
        if user is None:
            return "[]"
        taken = self.taken_by_others(connection, user["id"])
        return json.dumps([it for it in json.loads(user["addresses"]) if it.lower() not in taken])

    def taken_by_others(self, connection: Connection, user_id: str) -> set[str]:
        others = run(
            connection,
            'SELECT addresses FROM "user" WHERE id <> :id AND id NOT IN '
            "(SELECT user_id FROM erasure WHERE user_id IS NOT NULL)",
            id=user_id,
        )
        return {each.lower() for row in others for each in json.loads(row[0])}

    def taken_by_now(self, user_id: str) -> set[str]:
        with self.engine.connect() as connection:
            return self.taken_by_others(connection, user_id)

    def erase_rows(self, connection: Connection, clerk_id: str, user_id: str | None) -> None:
        for table in ("session_log", "email_queue"):
            run(connection, f"DELETE FROM {table} WHERE clerk_id = :id", id=clerk_id)
        forget = "UPDATE webhook_inbox SET clerk_id = NULL, payload = NULL WHERE clerk_id = :id"
        run(connection, forget, id=clerk_id)
        if user_id:
            for table in ("post", "comment"):
                run(
                    connection,
                    f"UPDATE {table} SET author_id = NULL, author_email = NULL, "
                    "author_name = :nobody WHERE author_id = :id",
                    nobody=NOBODY[self.settings.app_language],
                    id=user_id,
                )

    def claim_steps(self) -> list[Any]:
        """Claim what is due; nobody else has it until the lease ends."""
        now = time.time()
        with self.engine.begin() as connection:
            claimed = run(
                connection,
                "UPDATE erasure_step SET lease_until = :until WHERE status = 'pending' "
                "AND name <> 'user' AND next_attempt_at <= :now AND lease_until <= :now "
                "RETURNING erasure_id, name",
                now=now,
                until=now + self.settings.erasure_lease_seconds,
            ).all()
            return [
                (
                    step.name,
                    run(connection, "SELECT * FROM erasure WHERE id = :id", id=step[0]).one(),
                )
                for step in claimed
            ]

    async def work_on(self, steps: list[Any]) -> None:
        if steps:
            async with httpx.AsyncClient(timeout=5) as client:
                await asyncio.gather(*(self.work(client, step) for step in steps))

    async def work(self, client: httpx.AsyncClient, step: tuple[str, Any]) -> None:
        name, erasure = step
        try:
            await getattr(self, f"erase_{name}")(client, erasure)
        except (httpx.HTTPError, OSError):
            await asyncio.to_thread(self.failed, erasure.id, name)
        else:
            await asyncio.to_thread(self.done, erasure, name)

    async def erase_files(self, _client: httpx.AsyncClient, erasure: Any) -> None:
        for file in Path(self.settings.uploads_dir).glob(f"{erasure.user_id}--*"):
            file.unlink(missing_ok=True)

    async def erase_stripe(self, client: httpx.AsyncClient, erasure: Any) -> None:
        if erasure.customer is None:
            return
        address = f"{self.settings.stripe_api_url}/v1/customers/{erasure.customer}"
        key = self.settings.stripe_api_key.get_secret_value()
        found = await client.get(address, auth=(key, ""))
        if found.status_code == 404 and "resource_missing" in found.text:
            return
        if found.raise_for_status().json().get("deleted"):
            return
        (await client.delete(address, auth=(key, ""))).raise_for_status()

    async def erase_mailing_list(self, client: httpx.AsyncClient, erasure: Any) -> None:
        key = self.settings.mailchimp_api_key.get_secret_value()
        lists = f"{self.settings.mailchimp_api_url}/3.0/lists/{self.settings.mailchimp_list_id}"
        taken = await asyncio.to_thread(self.taken_by_now, erasure.user_id)
        for address in json.loads(erasure.addresses):
            if address.lower() in taken:
                continue
            member = hashlib.md5(address.lower().encode()).hexdigest()
            gone = await client.post(
                f"{lists}/members/{member}/actions/delete-permanent", auth=("any", key)
            )
            if gone.status_code != 404:
                gone.raise_for_status()

    def failed(self, erasure_id: str, name: str) -> None:
        base, cap = (
            self.settings.erasure_retry_base_seconds,
            self.settings.erasure_retry_cap_seconds,
        )
        with self.engine.begin() as connection:
            at = "WHERE erasure_id = :id AND name = :name"
            where = {"id": erasure_id, "name": name}
            attempts = run(
                connection,
                f"UPDATE erasure_step SET attempts = attempts + 1, lease_until = 0 {at} "
                "RETURNING attempts",
                **where,
            ).scalar_one()
            due = time.time() + min(base * 2 ** min(attempts - 1, 40), cap)
            run(
                connection, f"UPDATE erasure_step SET next_attempt_at = :due {at}", due=due, **where
            )

    def done(self, erasure: Any, name: str) -> None:
        now = time.time()
        # Under the lock: of two who finish the last two steps, one sees that nothing is left.
        with self.locked(erasure.subject_hash) as (connection, _erased):
            finish = (
                "UPDATE erasure_step SET status = 'done', done_at = :now WHERE erasure_id = :id"
            )
            run(connection, f"{finish} AND name = :name", now=now, id=erasure.id, name=name)
            left = run(
                connection,
                "SELECT 1 FROM erasure_step WHERE erasure_id = :id AND status = 'pending' "
                "AND name <> 'user'",
                id=erasure.id,
            )
            if left.first() is not None:
                return
            run(connection, "DELETE FROM upload WHERE user_id = :id", id=erasure.user_id)
            run(connection, 'DELETE FROM "user" WHERE clerk_id = :id', id=erasure.clerk_id)
            run(connection, f"{finish} AND name = 'user'", now=now, id=erasure.id)
            run(
                connection,
                "UPDATE erasure SET status = 'done', completed_at = :now, clerk_id = NULL, "
                "user_id = NULL, customer = NULL, addresses = NULL WHERE id = :id",
                now=now,
                id=erasure.id,
            )

    # Mail

    def send_mails(self) -> None:
        with self.engine.begin() as connection:
            mine = "DELETE FROM email_queue WHERE due_at <= :now RETURNING *"
            mails = run(connection, mine, now=time.time()).all()
        for mail in mails:
            message = EmailMessage()
            message["From"], message["To"] = self.settings.mail_from, mail.address
            message["Subject"] = mail.words
            message.set_content(mail.words)
            try:
                with Mailer(self.settings).connect() as connection_to_server:
                    connection_to_server.send(message)
            except MailNotSent:
                with self.locked(self.subject(mail.clerk_id)) as (connection, erased):
                    if not erased:
                        address, said = mail.address, mail.words
                        self.queue(connection, mail.clerk_id, address, said, mail.due_at)
            except MailOutcomeUnknown:
                os.write(1, b'{"event": "mail", "outcome": "unknown"}\n')
