"""What Segment is told: TODO 3. Lesson: course/*/lessons/analytics.md"""

from datetime import UTC, datetime
from typing import Any

from segment.analytics.request import APIError
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from hooklab.services import get_logger
from hooklab.services.segment import segment_client

from .models import LOGIN, Newcomer, Outgoing, SignIn
from .settings import Settings
from .sources import BY_SERVER

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
    # answer 3: write a row of Outgoing for a sign-up or a log-in.
    properties: dict[str, Any]
    if isinstance(fact, Newcomer):
        wanted, event = fact.source not in BY_SERVER, "user_signed_up"
        properties = {"source": fact.source}
    else:
        wanted, event = fact.kind == LOGIN, "user_logged_in"
        properties = {"country": fact.country}
    if wanted:
        # In the transaction of the fact: both are there, or neither.
        session.add(
            Outgoing(
                message_id=settings.analytics_message_prefix + svix_id,
                event=event,
                clerk_id=fact.clerk_id,
                happened_at=fact.created_at,
                properties=properties,
            )
        )


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
    # answer 3: track() with the client, and tell the three outcomes apart.
    try:
        segment_client(settings).track(
            user_id=message.clerk_id,
            event=message.event,
            properties=message.properties,
            timestamp=datetime.fromtimestamp(message.happened_at / 1000, UTC),
            message_id=message.message_id,
        )
    except APIError as error:
        outcome = "refused" if error.status in NEVER else "away"
    except Exception:
        # Whatever the network raises; nobody knows whether the message has arrived.
        outcome = "away"
    else:
        outcome = "arrived"
    log.info("segment", message_id=message.message_id, outcome=outcome)
    return outcome


def settle(session: Session, row: Outgoing, outcome: str) -> None:
    """Forget what has arrived, and set aside what was refused. Given."""
    if outcome == "arrived":
        session.delete(row)
    else:
        row.refused = True
