"""From a delivery to its row in the log: TODO 2. Lesson: course/*/lessons/monitoring.md"""

import json
import time
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from hooklab.services import get_logger, insert
from hooklab.webhooks import Event

from .handlers import handle
from .models import DONE, FAILED, WebhookLog, WebhookPayload
from .settings import Settings

log = get_logger()

WITH_CODES = ("email.created", "sms.created")
"""Their bodies hold one-time codes in clear: they are never kept, and never replayed."""


def process(engine: Engine, settings: Settings, event: Event) -> bool:
    """Handle `event`, and log how that went; whether it is handled now.

    A message that is done already is handled no more. What the handler writes and the row that
    says "done" are committed together. After a failure the row says "failed" and what kind of
    failure it was, and the body is kept for a replay; a row that says "done" stays as it is.

    A database that is away raises SQLAlchemy's exception: nothing can be logged then.
    """
    # answer 2: stop here if it is done already.
    #: # Then handle, measure, and log in the same transaction.
    #: # After an exception: log the failure, keep the body.
    with Session(engine) as session:
        if _status(session, event.message_id) == DONE:
            return True
    arrival, started = datetime.now(UTC), time.monotonic()
    error: str | None = None
    try:
        with Session(engine) as session, session.begin():
            handle(session, settings, event)
            _record(session, event, arrival, _milliseconds(started), error=None)
    except Exception as failure:
        # Its text may quote anything: an address, a name, the parameters of a statement.
        error = type(failure).__name__
        with Session(engine) as session, session.begin():
            _record(session, event, arrival, _milliseconds(started), error=error)
    log.info("delivery", svix_id=event.message_id, type=event.type, error=error)
    return error is None


# not in the skeleton
def _status(session: Session, svix_id: str) -> str | None:
    return session.exec(
        select(WebhookLog.status).where(col(WebhookLog.svix_id) == svix_id)
    ).one_or_none()


# not in the skeleton
def _milliseconds(started: float) -> float:
    # Not the clock on the wall: it is put right now and then, also backwards.
    return round((time.monotonic() - started) * 1000, 1)


# not in the skeleton
def _record(
    session: Session, event: Event, arrival: datetime, duration_ms: float, error: str | None
) -> None:
    outcome = {
        "status": FAILED if error else DONE,
        "duration_ms": duration_ms,
        "error": error,
    }
    new = insert(session, WebhookLog).values(
        svix_id=event.message_id, type=event.type, received_at=arrival, **outcome
    )
    session.exec(
        new.on_conflict_do_update(
            index_elements=["svix_id"],
            set_=outcome,
            # A slow first attempt may fail after the second one has succeeded.
            where=col(WebhookLog.status) != DONE,
        )
    )
    if error is None:
        session.exec(delete(WebhookPayload).where(col(WebhookPayload.svix_id) == event.message_id))
    elif event.type not in WITH_CODES:
        kept = insert(session, WebhookPayload).values(
            svix_id=event.message_id, body=json.dumps(event.payload)
        )
        session.exec(kept.on_conflict_do_nothing())
