"""From the queue to the mail server: TODO 5. Lesson: course/*/lessons/welcome_email.md"""

from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown, get_logger

from . import queue
from .message import welcome_message
from .models import SENDING, SENT, UNCERTAIN, EmailQueue, User
from .queue import Claim
from .settings import Settings

log = get_logger()


def send_due(engine: Engine, settings: Settings) -> int:
    """Try every e-mail whose time has come; how many there were. One that fails stops no other."""
    now = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        queue.mark_uncertain(session, now)
        mails = queue.due(session, now)
    for mail_id in mails:
        send(engine, settings, mail_id)
    return len(mails)


def send(engine: Engine, settings: Settings, mail_id: int) -> None:
    """Try the e-mail once, if it is due and nobody else has it, and write down how that ended.

    A mail server that fails raises nothing; a database that is away does.
    """
    # answer 5: claim the e-mail, and commit the claim.
    #: # Then connect, mark it "sending", commit, hand over.
    #: # In the end, write down how it went.
    now = datetime.now(UTC)
    lease = timedelta(seconds=settings.mail_lease_seconds)
    with Session(engine) as session, session.begin():
        claim = queue.claim(session, mail_id, now, lease)
    if claim is None:
        return
    outcome = _attempt(engine, settings, claim)
    if outcome:
        with Session(engine) as session, session.begin():
            queue.change(session, claim, **outcome)
        log.info("mail", mail_id=mail_id, status=outcome["status"])


# not in the skeleton
def _attempt(engine: Engine, settings: Settings, claim: Claim) -> dict[str, Any]:
    """Hand the e-mail over; what is to change in its row afterwards, or nothing if it was lost."""
    with Session(engine) as session:
        mail = session.get_one(EmailQueue, claim.mail_id)
        user = session.get_one(User, mail.clerk_id)
    try:
        message = welcome_message(settings, user)
        with Mailer(settings).connect() as connection:
            # Only now: a crash while connecting has sent nothing, and may be tried again.
            with Session(engine) as session, session.begin():
                if not queue.change(session, claim, status=SENDING):
                    return {}
            connection.send(message)
    except MailOutcomeUnknown:
        return {"status": UNCERTAIN}
    except (MailNotSent, MessageError, ValueError):
        # The last two: an address that no e-mail can carry. It fails like any other.
        return queue.after_failure(settings, mail.attempts + 1, datetime.now(UTC))
    return {"status": SENT}
