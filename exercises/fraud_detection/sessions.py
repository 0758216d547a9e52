"""The log of sessions: TODO 1, begin here. Lesson: course/*/lessons/fraud_detection.md"""

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import insert

from .clerk_session import SessionCreated
from .models import SessionLog, WatchedUser
from .settings import Settings


def login_of(event: SessionCreated) -> SessionLog:
    """The row for a session.

    The address is that of the request if the event tells, otherwise that of the activity; the
    country is that of the activity. What Clerk does not know is None.
    """
    # TODO 1: read event.data and event.event_attributes.
    raise NotImplementedError("login_of(): TODO 1 is still open, in sessions.py")


def hold_user(session: Session, clerk_id: str) -> None:
    """Hold the user until the transaction ends: others who examine them wait here."""
    # An update that changes nothing locks the row too; PostgreSQL would not lock it for nothing.
    row = insert(session, WatchedUser).values(clerk_id=clerk_id)
    session.exec(
        row.on_conflict_do_update(
            index_elements=["clerk_id"], set_={"clerk_id": row.excluded.clerk_id}
        )
    )


def record(session: Session, login: SessionLog) -> bool:
    """Write the session; False, and nothing changes, when it is there already."""
    # TODO 1, second part: insert the row, once.
    raise NotImplementedError("record(): TODO 1 is still open, in sessions.py")


def forget_addresses(engine: Engine, settings: Settings) -> int:
    """Forget the IP addresses of sessions older than `session_ip_retention_days`; how many.

    The sessions themselves stay: the rules need to know where a user has been.
    """
    # TODO 1, last part: one UPDATE; then return its rowcount.
    # Until then the cron forgets nothing, and still sends.
    return 0
