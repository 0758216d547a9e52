"""Send one receipt for each invoice that was paid, through a queue in the database.

Module 4 explains this file section by section. It is a sibling of the exercise, not its answer:
another event, one table instead of three, whole seconds for times.
"""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel, col, select, update

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown, insert

LEASE = 300
FIRST_DELAY = 60
LONGEST_DELAY = 3600
MOST_ATTEMPTS = 8


class Payment(SQLModel, table=True):
    """An invoice that was paid."""

    invoice_id: str = Field(primary_key=True)
    cents: int


class Receipt(SQLModel, table=True):
    """A receipt that is owed: waiting, leaving, sent, uncertain or dead. Times are seconds."""

    invoice_id: str = Field(primary_key=True)
    address: str
    payer: str
    status: str = "waiting"
    failures: int = 0
    due_at: int
    held_until: int = 0


@dataclass(frozen=True)
class Paid:
    """What the billing service says of a paid invoice."""

    invoice_id: str
    cents: int
    address: str
    payer: str


# --8<-- [start:owe]
def record(session: Session, paid: Paid, now: int) -> None:
    """Write the payment and the receipt that is owed; the caller commits both, or neither."""
    payment = insert(session, Payment).values(invoice_id=paid.invoice_id, cents=paid.cents)
    session.exec(payment.on_conflict_do_nothing())
    receipt = insert(session, Receipt).values(
        invoice_id=paid.invoice_id,
        address=paid.address,
        payer=paid.payer,
        status="waiting",
        failures=0,
        due_at=now,
        held_until=0,
    )
    session.exec(receipt.on_conflict_do_nothing())


# --8<-- [end:owe]


# --8<-- [start:write]
def write(receipt: Receipt, sender: str) -> EmailMessage:
    """Write the receipt: our words in the headers, theirs in the body alone."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = Address(addr_spec=receipt.address)
    message["Subject"] = f"Receipt for invoice {receipt.invoice_id}"
    message["Message-ID"] = f"<receipt.{receipt.invoice_id}@shop.example>"
    message.set_content(f"Paid by: {receipt.payer}\n")
    return message


# --8<-- [end:write]


# --8<-- [start:take]
def take(engine: Engine, now: int) -> Receipt | None:
    """Take the receipt that has waited longest; it is ours for LEASE seconds."""
    free = (
        col(Receipt.status) == "waiting",
        col(Receipt.due_at) <= now,
        col(Receipt.held_until) <= now,
    )
    with Session(engine, expire_on_commit=False) as session, session.begin():
        oldest = select(Receipt).where(*free).order_by(col(Receipt.due_at)).limit(1)
        receipt = session.exec(oldest).first()
        if receipt is None:
            return None
        ours = update(Receipt).where(col(Receipt.invoice_id) == receipt.invoice_id, *free)
        taken = session.exec(ours.values(held_until=now + LEASE)).rowcount == 1
    return receipt if taken else take(engine, now)


# --8<-- [end:take]


# --8<-- [start:hand_over]
def hand_over(engine: Engine, mailer: Mailer, receipt: Receipt, now: int) -> None:
    """Try once to send a receipt that was taken, and write down how that ended."""
    try:
        with mailer.connect() as connection:
            note(engine, receipt, status="leaving")
            connection.send(write(receipt, "billing@shop.example"))
    except MailOutcomeUnknown:
        note(engine, receipt, status="uncertain")
    except MailNotSent:
        postpone(engine, receipt, now)
    else:
        note(engine, receipt, status="sent")


# --8<-- [end:hand_over]


# --8<-- [start:postpone]
def postpone(engine: Engine, receipt: Receipt, now: int) -> None:
    """Let a receipt that was not sent wait twice as long as the last time, or give it up."""
    failures = receipt.failures + 1
    if failures == MOST_ATTEMPTS:
        note(engine, receipt, status="dead", failures=failures)
        return
    delay = min(FIRST_DELAY * 2**receipt.failures, LONGEST_DELAY)
    note(engine, receipt, status="waiting", failures=failures, due_at=now + delay, held_until=0)


# --8<-- [end:postpone]


# --8<-- [start:lost]
def set_aside(engine: Engine, now: int) -> None:
    """Mark what was leaving when its sender died: nobody knows, so nobody sends it again."""
    lost = (col(Receipt.status) == "leaving", col(Receipt.held_until) <= now)
    with Session(engine) as session, session.begin():
        session.exec(update(Receipt).where(*lost).values(status="uncertain"))


# --8<-- [end:lost]


def note(engine: Engine, receipt: Receipt, **values: object) -> None:
    """Change the row of a receipt in a transaction of its own."""
    row = update(Receipt).where(col(Receipt.invoice_id) == receipt.invoice_id)
    with Session(engine) as session, session.begin():
        session.exec(row.values(**values))
