"""From the queue to the mail server: TODO 5. Lesson: course/*/lessons/welcome_email.md"""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import get_logger

from . import queue
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
    # TODO 5: claim the e-mail, and commit the claim.
    # Then connect, mark it "sending", commit, hand over.
    # In the end, write down how it went.
    raise NotImplementedError("send(): TODO 5 is still open, in sending.py")
