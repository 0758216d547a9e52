"""Handling a failed message once more: TODO 6. Lesson: course/*/lessons/monitoring.md"""

import hashlib
import hmac
import json
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from hooklab.webhooks import Event

from .models import DONE, FAILED, ReplayAudit, WebhookLog, WebhookPayload
from .recording import WITH_CODES, process
from .settings import Settings


class NotReplayable(Exception):
    """There is no such message, or none to be replayed; the text says which."""


def proof(settings: Settings) -> str:
    """What the page's forms carry, and no page of another site can know."""
    # answer 6, first half: a secret that is no password.
    key = settings.admin_token.get_secret_value().encode()
    return hmac.new(key, b"replay", hashlib.sha256).hexdigest()


def is_proven(settings: Settings, given: str) -> bool:
    """Whether a request comes from one of our own forms."""
    # answer 6, first half: compare in constant time.
    return hmac.compare_digest(given.encode(), proof(settings).encode())


def replay(engine: Engine, settings: Settings, svix_id: str, actor: str) -> bool:
    """Handle the failed message from its stored body; whether it is handled now.

    Before that, who replays what is written down; afterwards, how it ended.

    Raises:
        NotReplayable: it is unknown, has not failed, may hold a one-time code, or its body was
            not kept. Nothing is handled then.
    """
    # answer 6, second half: refuse, or write down, handle, write down.
    with Session(engine) as session, session.begin():
        event = _stored(session, svix_id)
        audit = ReplayAudit(svix_id=svix_id, actor=actor, at=datetime.now(UTC))
        session.add(audit)
        session.flush()
        number = audit.id
    handled = process(engine, settings, event)
    with Session(engine) as session, session.begin():
        session.get_one(ReplayAudit, number).outcome = DONE if handled else FAILED
    return handled


# not in the skeleton
def _stored(session: Session, svix_id: str) -> Event:
    row = session.exec(select(WebhookLog).where(col(WebhookLog.svix_id) == svix_id)).one_or_none()
    if row is None or row.status != FAILED:
        raise NotReplayable("no failed message has this id")
    # Not only when it is stored: an older version of this app may have kept what it should not.
    if row.type in WITH_CODES:
        raise NotReplayable("a one-time code is not replayed")
    kept = session.get(WebhookPayload, svix_id)
    if kept is None:
        raise NotReplayable("its body was not kept")
    payload = json.loads(kept.body)
    return Event(svix_id, row.type, payload["data"], payload)
