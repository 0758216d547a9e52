"""From a broken rule to what is owed: TODO 4. Lesson: course/*/lessons/fraud_detection.md"""

from sqlmodel import Session

from .clerk_session import ClerkUser
from .models import SessionLog
from .settings import Settings


def raise_alert(
    session: Session, login: SessionLog, rule: str, user: ClerkUser | None, settings: Settings
) -> list[int]:
    """Write the alert, and the messages that are owed: to Slack, and to the user's address if any.

    Nothing is written when the same rule has raised an alert about the same user for a session
    that began less than `fraud_cooldown_hours` before or after this one. Nothing is committed.

    Returns the ids of the new messages.
    """
    # TODO 4: look for an alert that is near enough.
    # Then write the new one, and its messages, due now.
    raise NotImplementedError("raise_alert(): TODO 4 is still open, in alerts.py")
