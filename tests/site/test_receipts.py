"""The listings of module 4, run against the kit's mail server."""

from datetime import UTC, datetime
from types import ModuleType

import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.services import Mailer, Settings, make_engine
from hooklab.world import World


@pytest.fixture(scope="module")
def receipts(listing) -> ModuleType:
    return listing("receipts")


@pytest.fixture
def engine(receipts, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    tables = [receipts.Payment.__table__, receipts.Receipt.__table__]
    SQLModel.metadata.create_all(engine, tables=tables)
    yield engine
    engine.dispose()


@pytest.fixture
def mail():
    with World(now=lambda: datetime.now(UTC), seed=1) as world:
        yield world.mail


@pytest.fixture
def mailer(mail) -> Mailer:
    return Mailer(Settings(_env_file=None, smtp_port=mail.port))


def pay(receipts, engine, invoice_id="in_1", payer="Ada") -> None:
    paid = receipts.Paid(invoice_id, 900, f"{invoice_id}@example.org", payer)
    with Session(engine) as session, session.begin():
        receipts.record(session, paid, now=0)


def send(receipts, engine, mailer, now=0) -> None:
    receipt = receipts.take(engine, now)
    receipts.hand_over(engine, mailer, receipt, now)


def row(receipts, engine):
    with Session(engine) as session:
        return session.exec(select(receipts.Receipt)).one()


def test_a_payment_that_comes_twice_has_one_receipt(receipts, engine, mailer, mail):
    pay(receipts, engine)
    pay(receipts, engine)
    send(receipts, engine, mailer)
    assert receipts.take(engine, 10_000) is None
    assert [each.to for each in mail.mails] == [("in_1@example.org",)]
    assert row(receipts, engine).status == "sent"


def test_a_name_stays_out_of_the_headers(receipts, engine, mailer, mail):
    pay(receipts, engine, payer="Ada\r\nBcc: eve@example.net")
    send(receipts, engine, mailer)
    (sent,) = mail.mails
    assert sent.to == ("in_1@example.org",)
    assert sent.header("bcc") == ""
    assert "Bcc: eve@example.net" in sent.text


def test_a_receipt_is_taken_once_until_its_lease_is_over(receipts, engine):
    pay(receipts, engine)
    assert receipts.take(engine, 0).invoice_id == "in_1"
    assert receipts.take(engine, receipts.LEASE - 1) is None
    assert receipts.take(engine, receipts.LEASE).invoice_id == "in_1"


def test_a_refusal_doubles_the_delay_until_the_receipt_is_dead(receipts, engine, mailer, mail):
    pay(receipts, engine)
    mail.fail(status=451)
    now, delays = 0, []
    while row(receipts, engine).status == "waiting":
        send(receipts, engine, mailer, now)
        delays.append(row(receipts, engine).due_at - now)
        now = row(receipts, engine).due_at
    assert delays == [60, 120, 240, 480, 960, 1920, 3600, 0]
    assert (row(receipts, engine).status, row(receipts, engine).failures) == ("dead", 8)


def test_a_lost_answer_is_not_tried_again(receipts, engine, mailer, mail):
    pay(receipts, engine)
    mail.fail(lost_answer=True)
    send(receipts, engine, mailer)
    assert row(receipts, engine).status == "uncertain"
    assert receipts.take(engine, 10_000) is None


def test_what_was_leaving_when_its_sender_died_is_set_aside(receipts, engine):
    pay(receipts, engine)
    receipt = receipts.take(engine, 0)
    receipts.note(engine, receipt, status="leaving")
    receipts.set_aside(engine, receipts.LEASE - 1)
    assert row(receipts, engine).status == "leaving"
    receipts.set_aside(engine, receipts.LEASE)
    assert row(receipts, engine).status == "uncertain"
