"""Given: from the table of reminders to the mail server. Nothing to write here."""

from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown, get_logger

from . import reminders
from .message import reminder_message
from .models import DEAD, SENDING, SENT, UNCERTAIN, WAITING, Reminder, User
from .reminders import Claim
from .settings import Settings

log = get_logger()


def send_due(engine: Engine, settings: Settings) -> int:
    """Try every reminder whose time has come; how many. One that fails stops no other."""
    now = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        reminders.tidy_up(session, now)
        due = reminders.due(session, now)
    for reminder_id in due:
        send(engine, settings, reminder_id)
    return len(due)


def send(engine: Engine, settings: Settings, reminder_id: int) -> None:
    """Try the reminder once, if we get it, and write down how that ended."""
    now = datetime.now(UTC)
    lease = timedelta(seconds=settings.mail_lease_seconds)
    with Session(engine) as session, session.begin():
        claim = reminders.claim(session, reminder_id, now, lease)
    if claim is None:
        return
    outcome = _attempt(engine, settings, claim)
    if outcome:
        with Session(engine) as session, session.begin():
            reminders.change(session, claim, **outcome)
        log.info("reminder", reminder_id=reminder_id, status=outcome["status"])


def _attempt(engine: Engine, settings: Settings, claim: Claim) -> dict[str, Any]:
    """Hand the e-mail over; what is to change in its row afterwards, or nothing if it was lost."""
    with Session(engine) as session:
        reminder = session.get_one(Reminder, claim.reminder_id)
        user = session.get_one(User, reminder.clerk_id)
    try:
        message = reminder_message(settings, user)
        with Mailer(settings).connect() as connection:
            # Only now: a crash while connecting has sent nothing, and may be tried again.
            with Session(engine) as session, session.begin():
                if not reminders.change(session, claim, status=SENDING):
                    return {}
            connection.send(message)
    except MailOutcomeUnknown:
        return {"status": UNCERTAIN}
    except (MailNotSent, MessageError, ValueError):
        return _after_failure(settings, reminder.attempts + 1)
    return {"status": SENT}


def _after_failure(settings: Settings, attempts: int) -> dict[str, Any]:
    """The reminder waits for its next attempt, or is given up."""
    if attempts >= settings.mail_max_attempts:
        return {"status": DEAD, "attempts": attempts, "lease_until": None}
    seconds = settings.mail_retry_base_seconds * 2 ** (attempts - 1)
    pause = timedelta(seconds=min(seconds, settings.mail_retry_cap_seconds))
    return {"status": WAITING, "attempts": attempts, "lease_until": datetime.now(UTC) + pause}
