"""Given: reminders become e-mails, and e-mails leave. Nothing to write here."""

from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown

from .gate import admit, subject_hash
from .models import PENDING, SENDING, EmailQueue, ScheduledTask, User
from .settings import Settings

SUBJECT = "We miss you"
REMINDER = "You have not been here for two days. Come and say hello!\n"


def send_due(engine: Engine, settings: Settings) -> int:
    """Queue the reminders that are due, then send what is in the queue; how many were sent."""
    with Session(engine) as session:
        due = col(ScheduledTask.due_at) <= datetime.now(UTC)
        tasks = session.exec(select(col(ScheduledTask.id)).where(due)).all()
    for task_id in tasks:
        queue_reminder(engine, settings, task_id)
    with Session(engine) as session:
        pending = col(EmailQueue.status) == PENDING
        mails = session.exec(select(col(EmailQueue.id)).where(pending)).all()
    return sum(send(engine, settings, mail_id) for mail_id in mails)


def queue_reminder(engine: Engine, settings: Settings, task_id: int | None) -> None:
    """Turn one task into an e-mail, unless its user has gone meanwhile."""
    with Session(engine) as session, session.begin():
        task = session.get(ScheduledTask, task_id)
        user = session.get(User, task.user_id) if task else None
        if user is None or not admit(session, subject_hash(settings, user.clerk_id)):
            return
        mine = delete(ScheduledTask).where(col(ScheduledTask.id) == task_id)
        if session.exec(mine).rowcount == 1 and user.email:
            mail = EmailQueue(user_id=user.id, address=user.email, subject=SUBJECT, text=REMINDER)
            session.add(mail)


def send(engine: Engine, settings: Settings, mail_id: int | None) -> bool:
    """Send one e-mail at most once; False when it waits for the next time, or was not ours."""
    row = col(EmailQueue.id) == mail_id
    with Session(engine, expire_on_commit=False) as session, session.begin():
        mail = session.get(EmailQueue, mail_id)
        if mail is None or owner_is_leaving(session, settings, mail.user_id):
            return False
        claim = update(EmailQueue).where(row, col(EmailQueue.status) == PENDING)
        if session.exec(claim.values(status=SENDING)).rowcount != 1:
            return False
    try:
        with Mailer(settings).connect() as connection:
            connection.send(as_message(settings, mail))
    except MailNotSent:
        # An UPDATE, no INSERT: what was erased in the meantime stays erased.
        with Session(engine) as session, session.begin():
            session.exec(update(EmailQueue).where(row).values(status=PENDING))
        return False
    except (MailOutcomeUnknown, MessageError, ValueError):
        pass
    with Session(engine) as session, session.begin():
        session.exec(delete(EmailQueue).where(row))
    return True


def owner_is_leaving(session: Session, settings: Settings, user_id: str) -> bool:
    """Whether the one it was written for is being erased: the queue is emptied a little later."""
    owner = session.get(User, user_id)
    return owner is None or not admit(session, subject_hash(settings, owner.clerk_id))


def as_message(settings: Settings, mail: EmailQueue) -> EmailMessage:
    """The e-mail as it leaves."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = Address(addr_spec=mail.address)
    message["Subject"] = mail.subject
    message.set_content(mail.text)
    return message
