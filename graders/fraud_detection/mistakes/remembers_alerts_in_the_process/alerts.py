"""Remembers which alerts there were for as long as the process lives.

Loses: an_alert_is_not_repeated_within_the_cooldown, sessions_at_once_raise_one_alert
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlmodel import Session

from hooklab.services import Settings

from .clerk_session import ClerkUser
from .models import EMAIL, SLACK, AlertMessage, SecurityAlert, SessionLog

LOCK = Lock()
RAISED: defaultdict[tuple[str, str], list[int]] = defaultdict(list)


def raise_alert(
    session: Session, login: SessionLog, rule: str, user: ClerkUser | None, settings: Settings
) -> list[int]:
    """Write the alert, and the messages that are owed: to Slack, and to the user's address if any.

    Nothing is written when the same rule has raised an alert about the same user for a session
    that began less than `fraud_cooldown_hours` before or after this one. Nothing is committed.

    Returns the ids of the new messages.
    """
    if _is_silent(login, rule, settings):
        return []
    alert = SecurityAlert(
        clerk_id=login.clerk_id,
        rule=rule,
        session_id=login.session_id,
        happened_at=login.created_at,
    )
    session.add(alert)
    session.flush()
    recipients: dict[str, str | None] = {SLACK: None}
    if user and user.primary_email:
        recipients[EMAIL] = user.primary_email
    now = int(datetime.now(UTC).timestamp())
    messages = [
        AlertMessage(
            alert_id=alert.id,
            channel=channel,
            recipient=recipient,
            name=user.name if user else None,
            due_at=now,
        )
        for channel, recipient in recipients.items()
    ]
    session.add_all(messages)
    session.flush()
    return [message.id for message in messages if message.id is not None]


def _is_silent(login: SessionLog, rule: str, settings: Settings) -> bool:
    cooldown = timedelta(hours=settings.fraud_cooldown_hours) // timedelta(milliseconds=1)
    with LOCK:
        happened = RAISED[login.clerk_id, rule]
        if any(abs(at - login.created_at) < cooldown for at in happened):
            return True
        happened.append(login.created_at)
        return False
