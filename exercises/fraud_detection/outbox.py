"""Given: sending what is owed, and trying again. Nothing to write here."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from hooklab.services import get_logger

from .channels import Notice, NotSent, send
from .models import AlertMessage, SecurityAlert, SessionLog
from .settings import Settings

BATCH = 100
"""A run takes so many at most; the next run takes the others."""

LEASE_SECONDS = 300
"""So long a message belongs to whoever is sending it."""

log = get_logger()


def send_due(engine: Engine, settings: Settings) -> int:
    """Try every message whose time has come; how many there were."""
    due = select(AlertMessage.id).where(col(AlertMessage.due_at) <= now())
    with Session(engine) as session:
        messages = session.exec(due.order_by(col(AlertMessage.due_at)).limit(BATCH)).all()
    send_all(engine, settings, [each for each in messages if each is not None])
    return len(messages)


def send_all(engine: Engine, settings: Settings, messages: list[int]) -> None:
    """Try each message once; one that fails stops no other, and raises nothing."""
    for message_id in messages:
        try:
            send_one(engine, settings, message_id)
        except Exception as error:
            # Its text may quote an address or Slack's secret address: the name must do.
            log.error("alert", message_id=message_id, error=type(error).__name__)


def send_one(engine: Engine, settings: Settings, message_id: int) -> None:
    """Try the message, unless it is not due or somebody else has it.

    Who dies while sending leaves it to the next cron run after the lease: an alert comes perhaps
    twice, rather than perhaps never.
    """
    due = (col(AlertMessage.id) == message_id, col(AlertMessage.due_at) <= now())
    lease = update(AlertMessage).where(*due).values(due_at=now() + LEASE_SECONDS)
    with Session(engine) as session, session.begin():
        if session.exec(lease).rowcount != 1:
            return
    with Session(engine) as session:
        message = session.get_one(AlertMessage, message_id)
        alert = session.get_one(SecurityAlert, message.alert_id)
        login = session.get_one(SessionLog, alert.session_id)
    outcome, after = "sent", None
    try:
        send(settings, _notice(message, alert, login))
    except NotSent:
        outcome, after = _failed(settings, message.attempts + 1)
    log.info("alert", channel=message.channel, rule=alert.rule, outcome=outcome)
    with Session(engine) as session, session.begin():
        this = col(AlertMessage.id) == message_id
        if after:
            session.exec(update(AlertMessage).where(this).values(**after))
        else:
            session.exec(delete(AlertMessage).where(this))


def _notice(message: AlertMessage, alert: SecurityAlert, login: SessionLog) -> Notice:
    return Notice(
        channel=message.channel,
        rule=alert.rule,
        clerk_id=alert.clerk_id,
        session_id=alert.session_id,
        happened_at=datetime.fromtimestamp(alert.happened_at / 1000, UTC),
        country=login.country,
        name=message.name,
        recipient=message.recipient,
    )


def _failed(settings: Settings, attempts: int) -> tuple[str, dict[str, Any] | None]:
    if attempts >= settings.alert_max_attempts:
        return "given_up", None
    delay = settings.alert_retry_base_seconds * 2 ** min(attempts - 1, 30)
    later = now() + min(delay, settings.alert_retry_cap_seconds)
    return "failed", {"attempts": attempts, "due_at": later}


def now() -> int:
    """The time, in whole seconds since 1970."""
    return int(datetime.now(UTC).timestamp())
