"""Another answer: one file, SQL by hand, tickets instead of leases, the list written directly."""

import asyncio
import json
import random
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI, Request, Response
from slack_sdk.webhook import WebhookClient
from sqlalchemy import text
from standardwebhooks import Webhook

from hooklab.services import Settings, make_engine
from hooklab.services.clerk_api import clerk_api_client
from hooklab.webhooks import read_event

SCHEMA = """
CREATE TABLE IF NOT EXISTS "user" (clerk_id TEXT PRIMARY KEY, email TEXT, first_name TEXT,
  last_name TEXT, version BIGINT NOT NULL DEFAULT 0, deleted_at BIGINT, account TEXT,
  account_due BIGINT, account_tries INTEGER NOT NULL DEFAULT 0, walk BIGINT NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS inbox (svix_id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT,
  status TEXT NOT NULL, reason TEXT, received_at BIGINT NOT NULL, due BIGINT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, faults INTEGER NOT NULL DEFAULT 0, ticket TEXT,
  ticket_ends BIGINT NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS suspect (clerk_id TEXT PRIMARY KEY, due BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS alarm (number BIGINT NOT NULL, words TEXT NOT NULL, told BIGINT);
"""
SAVE = """
INSERT INTO "user" (clerk_id, email, first_name, last_name, version, walk)
VALUES (:id, :email, :first, :last, :version, :walk)
ON CONFLICT (clerk_id) DO UPDATE SET email = excluded.email, first_name = excluded.first_name,
  last_name = excluded.last_name, version = excluded.version, walk = excluded.walk
WHERE "user".deleted_at IS NULL AND "user".version < excluded.version
"""
FORGET = """
INSERT INTO "user" (clerk_id, deleted_at) VALUES (:id, :now)
ON CONFLICT (clerk_id) DO UPDATE SET email = NULL, first_name = NULL, last_name = NULL,
  deleted_at = excluded.deleted_at WHERE "user".deleted_at IS NULL
"""
CLAIM = """
UPDATE inbox SET ticket = :ticket, ticket_ends = :ends WHERE svix_id = :id AND status = 'waiting'
AND due <= :now AND ticket_ends <= :now
"""
ABOUT_USERS = {"user.created", "user.updated", "user.deleted"}


class Later(Exception):
    """Try again, after so many seconds at least."""


class Never(Exception):
    """Trying again is of no use."""


def create_app(settings: Settings) -> FastAPI:
    desk = Desk(settings)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def webhook(request: Request):
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type not in ABOUT_USERS:
            return Response(status_code=204)
        try:
            await asyncio.to_thread(desk.receive, event)
        except Exception:
            return Response("not now", status_code=503)
        return Response("thank you")

    @app.post("/internal/cron")
    async def cron(request: Request):
        if not allowed(request, settings.cron_secret):
            return Response(status_code=401)
        return await asyncio.to_thread(desk.run)

    add_admin(app, desk, settings)
    return app


def add_admin(app: FastAPI, desk: "Desk", settings: Settings) -> None:
    @app.get("/admin/status")
    def status(request: Request):
        if not allowed(request, settings.admin_token):
            return Response(status_code=401)
        rows = desk.ask("SELECT status, count(*) FROM inbox GROUP BY status")
        counts = {"waiting": 0, "dead": 0, **dict(map(tuple, rows))}
        walking = desk.value("walk") > 0 or desk.ask("SELECT 1 FROM suspect LIMIT 1") != []
        dead = desk.ask("SELECT svix_id, reason FROM inbox WHERE status = 'dead' LIMIT 50")
        return {**counts, "reconciling": walking, "letters": [list(each) for each in dead]}

    @app.post("/admin/catch-up", status_code=202)
    async def catch_up(request: Request):
        if not allowed(request, settings.admin_token):
            return Response(status_code=401)
        wanted = json.loads(await request.body() or b"{}")
        desk.start_walk(brake=wanted.get("brake", True))
        desk.do(
            "UPDATE inbox SET status = 'waiting', reason = NULL, tries = 0, faults = 0, due = 0 "
            "WHERE status = 'dead'"
        )
        return {}


def allowed(request: Request, secret) -> bool:
    given = request.headers.get("authorization", "").encode()
    wanted = secret.get_secret_value()
    return bool(wanted) and secrets.compare_digest(given, f"Bearer {wanted}".encode())


class Desk:
    def __init__(self, settings):
        self.s = settings
        self.engine = make_engine(settings.database_url)
        with self.engine.begin() as db:
            for statement in SCHEMA.split(";"):
                if statement.strip():
                    db.execute(text(statement))
        self.clerk = clerk_api_client(settings)
        self.billing = httpx.Client(timeout=settings.sync_timeout_seconds)
        self.slack = WebhookClient(
            settings.slack_webhook_url.get_secret_value(), timeout=5, retry_handlers=[]
        )

    # The database

    def do(self, statement, **values):
        with self.engine.begin() as db:
            return db.execute(text(statement), values).rowcount

    def ask(self, statement, **values):
        with self.engine.connect() as db:
            return list(db.execute(text(statement), values))

    def value(self, name):
        rows = self.ask("SELECT value FROM note WHERE name = :name", name=name)
        return rows[0][0] if rows else 0

    def put(self, name, value):
        self.do(
            "INSERT INTO note VALUES (:name, :value) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name=name,
            value=value,
        )

    # Arrival

    def receive(self, event):
        self.do(
            "INSERT INTO inbox (svix_id, type, body, status, received_at, due) "
            "VALUES (:id, :type, :body, 'waiting', :now, :now) ON CONFLICT DO NOTHING",
            id=event.message_id,
            type=event.type,
            body=json.dumps(event.data),
            now=seconds(),
        )

    # A run

    def run(self):
        self.closed = {}
        for job in (self.work, self.accounts, self.walk, self.suspects, self.listen, self.tell):
            job()
        return {"ok": True}

    def work(self):
        due = self.ask(
            "SELECT svix_id FROM inbox WHERE status = 'waiting' AND due <= :now "
            "AND ticket_ends <= :now ORDER BY received_at, svix_id LIMIT :most",
            now=seconds(),
            most=self.s.inbox_batch,
        )
        self.left = self.s.inbox_batch - len(due)
        for (svix_id,) in due:
            ticket, now = secrets.token_hex(8), seconds()
            ends = now + self.s.inbox_lease_seconds
            if self.do(CLAIM, id=svix_id, ticket=ticket, now=now, ends=ends):
                self.attempt(svix_id, ticket)

    def attempt(self, svix_id, ticket):
        [row] = self.ask(
            "SELECT type, body, tries, faults FROM inbox WHERE svix_id = :id", id=svix_id
        )
        new = {"status": "waiting", "reason": None, "tries": row.tries + 1, "faults": row.faults}
        new["due"] = seconds() + self.pause(row.tries + 1)
        try:
            self.apply(row.type, json.loads(row.body))
            new |= {"status": "done"}
        except Never as never:
            new |= {"status": "dead", "reason": str(never)}
        except Later as later:
            new["due"] = max(new["due"], seconds() + later.args[0])
        except Exception as error:
            new["faults"] += 1
            if new["faults"] >= self.s.inbox_max_attempts:
                new |= {"status": "dead", "reason": f"unexpected {type(error).__name__}"}
        self.do(
            "UPDATE inbox SET status = :status, reason = :reason, tries = :tries, due = :due, "
            "faults = :faults, ticket = NULL, ticket_ends = 0 "
            "WHERE svix_id = :id AND ticket = :ticket",
            id=svix_id,
            ticket=ticket,
            **new,
        )

    def pause(self, tries):
        longest = self.s.inbox_retry_base_seconds
        for _ in range(tries - 1):
            longest = min(longest * 2, self.s.inbox_retry_cap_seconds)
        return random.randint(longest // 2 + 1, longest)

    def apply(self, kind, data):
        if not isinstance(data.get("id"), str):
            raise Never("no id")
        if kind == "user.deleted":
            self.do(FORGET, id=data["id"], now=seconds())
            return
        self.save(data)
        self.open_account(data["id"])

    def save(self, data, walk=0):
        try:
            addresses = {each["id"]: each["email_address"] for each in data["email_addresses"]}
            version = int(data["updated_at"])
            email = addresses.get(data["primary_email_address_id"])
        except (KeyError, TypeError, ValueError) as error:
            raise Never(f"no user ({type(error).__name__})") from None
        self.do(
            SAVE,
            id=data["id"],
            email=email,
            first=data.get("first_name"),
            last=data.get("last_name"),
            version=version,
            walk=walk or self.value("walk"),
        )

    # Services; a door that was closed in this run stays closed

    def knock(self, door, call):
        if door in self.closed:
            raise Later(self.closed[door])
        try:
            answer = call()
        except httpx.HTTPError:
            self.closed[door] = 0
            raise Later(0) from None
        if answer.status_code >= 500 or answer.status_code in (408, 429):
            self.closed[door] = min(int(answer.headers.get("retry-after", 0)), 86400)
            raise Later(self.closed[door])
        return answer

    def open_account(self, clerk_id):
        [user] = self.ask('SELECT * FROM "user" WHERE clerk_id = :id', id=clerk_id)
        if user.deleted_at or user.account == "open":
            return
        body = json.dumps({"user_id": clerk_id})
        key, secret = f"new:{clerk_id}", self.s.billing_app_secret.get_secret_value()
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(key, now, body),
        }
        url = f"{self.s.billing_app_url}/accounts"
        answer = self.knock(
            "billing", lambda: self.billing.post(url, content=body, headers=headers)
        )
        if answer.status_code >= 300:
            raise Never(f"billing says {answer.status_code}")
        self.do("UPDATE \"user\" SET account = 'open' WHERE clerk_id = :id", id=clerk_id)

    def accounts(self):
        """Whoever the list has brought has no entry in the inbox that would open the account."""
        due = self.ask(
            'SELECT clerk_id, account_tries FROM "user" WHERE account IS NULL '
            "AND deleted_at IS NULL AND account_due <= :now LIMIT :most",
            now=seconds(),
            most=self.left,
        )
        for user in due:
            if self.waits(user.clerk_id):
                continue
            changes = {"tries": user.account_tries + 1}
            changes["due"] = seconds() + self.pause(changes["tries"])
            try:
                self.open_account(user.clerk_id)
            except Never:
                changes["due"] = seconds() + 86400
            except Later as later:
                changes["due"] = max(changes["due"], seconds() + later.args[0])
            self.do(
                'UPDATE "user" SET account_due = :due, account_tries = :tries WHERE clerk_id = :id',
                id=user.clerk_id,
                **changes,
            )

    # The list

    def start_walk(self, *, brake=True):
        self.put("walk", seconds())
        self.put("last walk", seconds())
        self.put("offset", 0)
        self.put("brake", int(brake))

    def walk(self):
        if seconds() - self.value("last walk") >= self.s.reconcile_hours * 3600:
            self.start_walk()
        for _page in range(3):
            walk = self.value("walk")
            if not walk or self.value("list closed") > seconds():
                return
            offset, size = self.value("offset"), self.s.reconcile_page_size
            query = {"limit": size, "offset": offset, "order_by": "+created_at"}
            try:
                answer = self.knock("clerk", lambda q=query: self.clerk.get("/v1/users", params=q))
            except Later as later:
                self.put("list closed", seconds() + later.args[0])
                return
            self.read(answer.raise_for_status().json(), walk)
            self.put("offset", offset + size)
            if len(answer.json()) < size:
                self.end_walk(walk)
                self.put("walk", 0)

    def read(self, users, walk):
        for user in users:
            with suppress(Never):
                self.save(user, walk)
            self.do(
                'UPDATE "user" SET walk = :walk, account_due = coalesce(account_due, :now) '
                "WHERE clerk_id = :id",
                id=user["id"],
                walk=walk,
                now=seconds(),
            )

    def waits(self, clerk_id):
        return self.ask(
            "SELECT 1 FROM inbox WHERE status <> 'done' AND body LIKE :id LIMIT 1",
            id=f"%{clerk_id}%",
        )

    def end_walk(self, walk):
        here = self.ask('SELECT clerk_id, walk FROM "user" WHERE deleted_at IS NULL')
        absent = [row.clerk_id for row in here if row.walk < walk]
        if self.value("brake") and len(absent) * 100 > len(here) * self.s.reconcile_brake_percent:
            self.alarm(f"BRAKE! {len(absent)} people of {len(here)} are not listed.")
            return
        for clerk_id in absent:
            self.do("INSERT INTO suspect VALUES (:id, 0) ON CONFLICT DO NOTHING", id=clerk_id)

    def suspects(self):
        due = self.ask("SELECT clerk_id FROM suspect WHERE due <= :now LIMIT 5", now=seconds())
        for (clerk_id,) in due:
            try:
                answer = self.knock("clerk", lambda i=clerk_id: self.clerk.get(f"/v1/users/{i}"))
            except Later as later:
                wait = max(later.args[0], self.pause(1))
                self.do(
                    "UPDATE suspect SET due = :due WHERE clerk_id = :id",
                    id=clerk_id,
                    due=seconds() + wait,
                )
                continue
            if answer.status_code == 404:
                self.do(FORGET, id=clerk_id, now=seconds())
            self.do("DELETE FROM suspect WHERE clerk_id = :id", id=clerk_id)

    # Alarms

    def alarm(self, words):
        self.do(
            "INSERT INTO alarm (number, words) VALUES (:n, :words)", n=time.time_ns(), words=words
        )

    def listen(self):
        newest = self.ask("SELECT max(received_at) FROM inbox")[0][0]
        if newest is None:
            return
        told, now = self.value("silence told"), seconds()
        if now - newest < self.s.silence_hours * 3600:
            if told:
                self.put("silence told", 0)
                self.alarm("RECOVERED")
        elif not told or now - told >= self.s.silence_cooldown_hours * 3600:
            self.put("silence told", now)
            self.alarm(f"SILENCE for {(now - newest) // 3600} hours")

    def tell(self):
        for number, words in self.ask("SELECT number, words FROM alarm WHERE told IS NULL"):
            with suppress(Exception):
                if self.slack.send(text=words).status_code == 200:
                    self.do("UPDATE alarm SET told = 1 WHERE number = :n", n=number)


def seconds():
    return int(time.time())
