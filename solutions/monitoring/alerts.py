"""Telling the team that too much fails, and that it is over: TODO 7. The words are given."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, and_, case, col, func, or_, select, update

from hooklab.services import get_logger, insert, slack_client

from .models import FAILED, FailureAlert, WebhookLog
from .settings import Settings

log = get_logger()


def watch(engine: Engine, settings: Settings) -> None:
    """Look at the webhooks of the last minutes, and tell the team on Slack what has changed.

    Of several processes that look at once, one tells. What Slack has not taken is told by a later
    run, if it is still so.
    """
    # answer 7, second part: nothing, ALERT or RECOVERED.
    now = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        session.exec(
            insert(session, FailureAlert).values(id=1, is_open=False).on_conflict_do_nothing()
        )
        failed, total = recent(session, settings, now)
    if total < settings.failure_alert_minimum:
        # Silence is neither good news nor bad news.
        return
    text = words(settings, failed, total)
    cooldown = timedelta(minutes=settings.failure_alert_cooldown_minutes)
    raised_at = col(FailureAlert.raised_at)
    if 100 * failed > settings.failure_alert_percent * total:
        silent = or_(raised_at.is_(None), raised_at <= now - cooldown)
        tell(engine, settings, f"ALERT: {text}", silent, raised_at=now, is_open=True)
    else:
        is_open = col(FailureAlert.is_open).is_(True)
        tell(engine, settings, f"RECOVERED: {text}", is_open, is_open=False)


def recent(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    """How many webhooks of the window have failed, and how many there are."""
    # answer 7, first part: one query.
    window = timedelta(minutes=settings.failure_alert_window_minutes)
    failed = func.count(case((col(WebhookLog.status) == FAILED, 1)))
    query = select(failed, func.count()).where(col(WebhookLog.received_at) > now - window)
    return tuple(session.exec(query).one())


def words(settings: Settings, failed: int, total: int) -> str:
    """What the team reads after ALERT or RECOVERED. Given."""
    return (
        f"{failed} of {total} webhooks of the last {settings.failure_alert_window_minutes} minutes "
        f"have failed ({100 * failed / total:.1f} %, the limit is "
        f"{settings.failure_alert_percent:g} %). {settings.app_url}/admin/webhooks"
    )


def tell(engine: Engine, settings: Settings, text: str, condition: Any, **values: Any) -> None:
    """Send `text` if the row of `FailureAlert` meets `condition`; it then has `values`.

    Nothing is changed unless Slack has taken the text.
    """
    # answer 7, third part: one UPDATE that also looks; then send.
    one = col(FailureAlert.id) == 1
    with Session(engine) as session, session.begin():
        before = session.get_one(FailureAlert, 1)
        undone = {"raised_at": before.raised_at, "is_open": before.is_open}
        # Looking and taking are one statement: a rival that looks as well takes nothing.
        taken = update(FailureAlert).where(and_(one, condition)).values(**values)
        if session.exec(taken).rowcount != 1:
            return
    if not _sent(settings, text):
        with Session(engine) as session, session.begin():
            session.exec(update(FailureAlert).where(one).values(**undone))


def _sent(settings: Settings, text: str) -> bool:
    try:
        status = slack_client(settings).send(text=text).status_code
    except Exception as error:
        # Its text may hold the address of the hook, which is a secret.
        log.warning("alert", outcome="failed", error=type(error).__name__)
        return False
    if status != 200:
        log.warning("alert", outcome="failed", status=status)
    return status == 200
