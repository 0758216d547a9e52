"""What Segment is told: TODO 3. Lesson: course/*/lessons/analytics.md"""

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from hooklab.services import get_logger

from .models import Newcomer, Outgoing, SignIn
from .settings import Settings

BATCH = 500
"""A run sends so many at most; the next run takes the others."""

NEVER = (400, 413)
"""With these Segment says that it will not take the message, however often it is sent."""

log = get_logger()


def owe(session: Session, settings: Settings, svix_id: str, fact: Newcomer | SignIn) -> None:
    """Write what Segment is to be told of the fact; nothing is sent, and nothing committed.

    A sign-up is `user_signed_up`, a log-in `user_logged_in`. Users whom a server made, sessions of
    a sign-up and impersonation are neither.
    """
    # TODO 3: write a row of Outgoing for a sign-up or a log-in.
    raise NotImplementedError("owe(): TODO 3 is still open, in tracking.py")


def send_due(engine: Engine, settings: Settings) -> int:
    """Send what is owed, the oldest first; return how many messages have arrived.

    The first that fails for a reason that may pass ends the run: the next run goes on there.
    Given.
    """
    waiting = select(Outgoing).where(~col(Outgoing.refused)).order_by(col(Outgoing.happened_at))
    with Session(engine) as session:
        messages = session.exec(waiting.limit(BATCH)).all()
    arrived = 0
    for message in messages:
        outcome = send(settings, message)
        if outcome == "away":
            break
        arrived += outcome == "arrived"
        with Session(engine) as session, session.begin():
            # Two runs may send the same message: it has one id, and Segment keeps it once.
            if row := session.get(Outgoing, message.message_id):
                settle(session, row, outcome)
    return arrived


def send(settings: Settings, message: Outgoing) -> str:
    """Send one message; return "arrived", "refused" for good, or "away": to be tried again."""
    # TODO 3: track() with the client, and tell the three outcomes apart.
    raise NotImplementedError("send(): TODO 3 is still open, in tracking.py")


def settle(session: Session, row: Outgoing, outcome: str) -> None:
    """Forget what has arrived, and set aside what was refused. Given."""
    if outcome == "arrived":
        session.delete(row)
    else:
        row.refused = True
