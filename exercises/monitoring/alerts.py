"""Telling the team that too much fails, and that it is over: TODO 7. The words are given."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import get_logger, slack_client

from .settings import Settings

log = get_logger()


def watch(engine: Engine, settings: Settings) -> None:
    """Look at the webhooks of the last minutes, and tell the team on Slack what has changed.

    Of several processes that look at once, one tells. What Slack has not taken is told by a later
    run, if it is still so.
    """
    # TODO 7, second part: nothing, ALERT or RECOVERED.
    raise NotImplementedError("watch(): TODO 7 is still open, in alerts.py")


def recent(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    """How many webhooks of the window have failed, and how many there are."""
    # TODO 7, first part: one query.
    raise NotImplementedError("recent(): TODO 7 is still open, in alerts.py")


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
    # TODO 7, third part: one UPDATE that also looks; then send.
    raise NotImplementedError("tell(): TODO 7 is still open, in alerts.py")


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
