"""From a broken rule to what is owed: TODO 4. Lesson: course/*/lessons/fraud_detection.md"""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from .clerk_session import ClerkUser
from .models import EMAIL, SLACK, AlertMessage, SecurityAlert, SessionLog
from .settings import Settings


def raise_alert(
    session: Session, login: SessionLog, rule: str, user: ClerkUser | None, settings: Settings
) -> list[int]:
    """Write the alert, and the messages that are owed: to Slack, and to the user's address if any.

    Nothing is written when the same rule has raised an alert about the same user for a session
    that began less than `fraud_cooldown_hours` before or after this one. Nothing is committed.

    Returns the ids of the new messages.
    """
    # answer 4: look for an alert that is near enough.
    #: # Then write the new one, and its messages, due now.
    if _is_silent(session, login, rule, settings):
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


# not in the skeleton
def _is_silent(session: Session, login: SessionLog, rule: str, settings: Settings) -> bool:
    # Nobody else examines this user now, so that looking first is safe.
    cooldown = timedelta(hours=settings.fraud_cooldown_hours) // timedelta(milliseconds=1)
    happened = col(SecurityAlert.happened_at)
    near = select(SecurityAlert.id).where(
        col(SecurityAlert.clerk_id) == login.clerk_id,
        col(SecurityAlert.rule) == rule,
        happened > login.created_at - cooldown,
        happened < login.created_at + cooldown,
    )
    return session.exec(near.limit(1)).first() is not None
