"""The listings of the pages are cut from files that work: here they run."""

import asyncio
import json
from datetime import UTC, datetime
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, create_engine, select
from structlog.testing import capture_logs
from svix.webhooks import Webhook

SECRET = "whsec_" + "dGVz" * 8  # the bytes "test", eight times


@pytest.fixture(scope="module")
def invoices(listing) -> ModuleType:
    return listing("invoices")


@pytest.fixture
def engine(invoices, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    tables = [invoices.Message.__table__, invoices.Invoice.__table__]
    SQLModel.metadata.create_all(engine, tables=tables)
    yield engine
    engine.dispose()


@pytest.fixture
def app(invoices, engine) -> FastAPI:
    return invoices.create_app(SECRET, engine)


def change(status="open", version=1, kind="invoice.updated") -> dict:
    data = {"id": "in_1", "status": status, "total_cents": 900, "updated_at": version, "new": None}
    return {"type": kind, "data": data}


DELETION = {"type": "invoice.deleted", "data": {"id": "in_1"}}


def deliver(app: FastAPI, event: object, message_id: str, **headers: str) -> int:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    now = datetime.now(UTC)
    signature = Webhook(SECRET).sign(message_id, now, body.decode())
    signed = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return post(app, body, signed | headers)


def post(app: FastAPI, body: bytes, headers: dict) -> int:
    async def send() -> int:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            answer = await client.post("/webhooks/billing", content=body, headers=headers)
        return answer.status_code

    return asyncio.run(send())


def stored(invoices: ModuleType, engine: Engine) -> list[tuple]:
    row = invoices.Invoice
    with Session(engine) as session:
        return list(session.exec(select(row.id, row.status, row.version, row.deleted)))


def test_an_update_before_its_creation_wins(invoices, engine, app):
    assert deliver(app, change("paid", 2), "msg_2") == 204
    assert deliver(app, change("open", 1, "invoice.created"), "msg_1") == 204
    assert stored(invoices, engine) == [("in_1", "paid", 2, False)]


def test_a_second_delivery_changes_nothing(invoices, engine, app):
    with capture_logs() as lines:
        codes = [deliver(app, change(), "msg_1"), deliver(app, change("paid", 2), "msg_1")]
    assert codes == [204, 204]
    assert stored(invoices, engine) == [("in_1", "open", 1, False)]
    assert [line["outcome"] for line in lines] == ["done", "duplicate"]


def test_nothing_brings_a_deleted_invoice_back(invoices, engine, app):
    codes = [deliver(app, DELETION, "msg_3"), deliver(app, change("paid", 9), "msg_2")]
    assert codes == [204, 204]
    assert stored(invoices, engine) == [("in_1", None, 0, True)]


def test_a_deletion_empties_the_row(invoices, engine, app):
    deliver(app, change("paid", 9), "msg_1")
    assert deliver(app, DELETION, "msg_2") == 204
    assert stored(invoices, engine) == [("in_1", None, 0, True)]


def test_a_type_that_nobody_handles_is_accepted(invoices, engine, app):
    assert deliver(app, {"type": "invoice.framed", "data": {}}, "msg_1") == 204
    assert stored(invoices, engine) == []


@pytest.mark.parametrize("body", [b"[]", b"null", b"not json", b'{"type": "invoice.deleted"}'])
def test_signed_nonsense_is_refused(app, body):
    assert deliver(app, body, "msg_1") == 400


def test_a_refused_event_leaves_no_mark(app):
    broken = {"type": "invoice.updated", "data": {"id": "in_1"}}
    assert deliver(app, broken, "msg_1") == 400
    assert deliver(app, change(), "msg_1") == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "no comma"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-timestamp": "1"},
        {"webhook-id": "msg_other"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_a_forged_delivery_is_refused(invoices, engine, app, headers):
    assert deliver(app, change(), "msg_1", **headers) == 400
    assert stored(invoices, engine) == []


def test_the_id_that_counts_is_the_one_that_was_verified(invoices, engine, app):
    """Headers of the other family must not lend their signature to another `webhook-id`."""
    now = datetime.now(UTC)
    body = json.dumps(change())
    captured = {
        "svix-id": "msg_1",
        "svix-timestamp": str(int(now.timestamp())),
        "svix-signature": Webhook(SECRET).sign("msg_1", now, body),
    }
    assert post(app, body.encode(), captured | {"webhook-id": "msg_new"}) == 400


def test_a_database_that_is_away_gives_500(invoices, tmp_path):
    app = invoices.create_app(SECRET, create_engine(f"sqlite:///{tmp_path / 'none' / 'shop.db'}"))
    assert deliver(app, change(), "msg_1") == 500
