"""The log of sessions: TODO 1, begin here. Lesson: course/*/lessons/fraud_detection.md"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from hooklab.services import insert

from .clerk_session import SessionCreated
from .models import SessionLog, WatchedUser
from .settings import Settings


def login_of(event: SessionCreated) -> SessionLog:
    """The row for a session.

    The address is that of the request if the event tells, otherwise that of the activity; the
    country is that of the activity. What Clerk does not know is None.
    """
    # answer 1: read event.data and event.event_attributes.
    data = event.data
    request = event.event_attributes and event.event_attributes.http_request
    activity = data.latest_activity
    return SessionLog(
        session_id=data.id,
        clerk_id=data.user_id,
        created_at=data.created_at,
        country=(activity and activity.country) or None,
        ip_address=(request and request.client_ip) or (activity and activity.ip_address) or None,
        impersonated_by=data.actor.sub if data.actor else None,
    )


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
    # answer 1, second part: insert the row, once.
    row = insert(session, SessionLog).values(login.model_dump())
    # The key decides, under whatever message id the session comes a second time.
    written = row.on_conflict_do_nothing().returning(col(SessionLog.session_id))
    return session.exec(written).first() is not None


def forget_addresses(engine: Engine, settings: Settings) -> int:
    """Forget the IP addresses of sessions older than `session_ip_retention_days`; how many.

    The sessions themselves stay: the rules need to know where a user has been.
    """
    # answer 1, last part: one UPDATE; then return its rowcount.
    #: # Until then the cron forgets nothing, and still sends.
    #: return 0
    oldest = datetime.now(UTC) - timedelta(days=settings.session_ip_retention_days)
    old = (
        col(SessionLog.created_at) < int(oldest.timestamp() * 1000),
        col(SessionLog.ip_address).is_not(None),
    )
    with Session(engine) as session, session.begin():
        forgotten = session.exec(update(SessionLog).where(*old).values(ip_address=None))
        return int(forgotten.rowcount)
