"""The two channels of an alert: TODO 5. Lesson: course/*/lessons/fraud_detection.md"""

from dataclasses import dataclass
from datetime import datetime

from .models import SLACK
from .settings import Settings

# In French, the language of the app.
REASONS = {
    "many_countries": "des connexions depuis plusieurs pays en peu de temps",
    "many_sessions": "un grand nombre de connexions en quelques minutes",
    "new_country": "une connexion depuis un nouveau pays",
    "long_absence": "une connexion après une longue absence",
}

EMAIL_TEXT = """\
Bonjour,

Nous avons remarqué sur votre compte {reason}, le {when:%d/%m/%Y à %H:%M} (UTC).

Si c'était vous, vous n'avez rien à faire. Sinon, ouvrez l'application comme vous le faites
d'habitude, déconnectez les autres appareils et changez de mot de passe.

Ce message ne contient aucun lien : nous ne vous en enverrons jamais pour vous connecter.
"""

SLACK_TEXT = """\
{rule} : {reason}
Utilisateur : {user}
Pays : {country}, le {when:%d/%m/%Y à %H:%M} (UTC)
Session : {session}
"""


class NotSent(Exception):
    """The message has not left, or nobody can tell; it is to be tried again."""


@dataclass(frozen=True)
class Notice:
    """All that a message can say: which rule, about whom, when and where; to whom."""

    channel: str
    rule: str
    clerk_id: str
    session_id: str
    happened_at: datetime
    country: str | None
    name: str | None
    recipient: str | None


def send(settings: Settings, notice: Notice) -> None:
    """Send the notice through its channel; NotSent when that failed, however it failed."""
    if notice.channel == SLACK:
        send_to_slack(settings, notice)
    else:
        send_by_email(settings, notice)


def send_by_email(settings: Settings, notice: Notice) -> None:
    """Write to the user: what was noticed, no link, no address of a machine."""
    # TODO 5: EMAIL_TEXT, and headers with care.
    raise NotImplementedError("send_by_email(): TODO 5 is still open, in channels.py")


def send_to_slack(settings: Settings, notice: Notice) -> None:
    """Tell the security team: the rule, the user's id and name, country and time.

    A name is a stranger's text: it is escaped and stays on one line.
    """
    # TODO 5: SLACK_TEXT, and an answer to look at.
    raise NotImplementedError("send_to_slack(): TODO 5 is still open, in channels.py")


def for_slack(text: str) -> str:
    """`text` on one line, with the three characters escaped that mean something to Slack."""
    # TODO 5, last part: three characters, and line ends.
    raise NotImplementedError("for_slack(): TODO 5 is still open, in channels.py")
