"""The two channels of an alert: TODO 5. Lesson: course/*/lessons/fraud_detection.md"""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown, slack_client

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
    # answer 5: EMAIL_TEXT, and headers with care.
    try:
        message = EmailMessage()
        message["From"] = settings.mail_from
        message["To"] = Address(addr_spec=notice.recipient or "")
        message["Subject"] = "Connexion inhabituelle à votre compte"
        message["Auto-Submitted"] = "auto-generated"
        reason = REASONS[notice.rule]
        message.set_content(EMAIL_TEXT.format(reason=reason, when=notice.happened_at))
        with Mailer(settings).connect() as connection:
            connection.send(message)
    except (MailNotSent, MailOutcomeUnknown, MessageError, ValueError) as error:
        raise NotSent(type(error).__name__) from None


def send_to_slack(settings: Settings, notice: Notice) -> None:
    """Tell the security team: the rule, the user's id and name, country and time.

    A name is a stranger's text: it is escaped and stays on one line.
    """
    # answer 5: SLACK_TEXT, and an answer to look at.
    name = for_slack(notice.name or "")
    text = SLACK_TEXT.format(
        rule=notice.rule,
        reason=REASONS[notice.rule],
        user=f"{name} ({notice.clerk_id})" if name else notice.clerk_id,
        country=for_slack(notice.country or "inconnu"),
        when=notice.happened_at,
        session=notice.session_id,
    )
    try:
        answer = slack_client(settings).send(text=text)
    except Exception as error:
        # The client lets through whatever the network raises, from time-outs to broken HTTP.
        raise NotSent(type(error).__name__) from None
    if answer.status_code != 200:
        raise NotSent(f"Slack answered {answer.status_code}")


def for_slack(text: str) -> str:
    """`text` on one line, with the three characters escaped that mean something to Slack."""
    # answer 5, last part: three characters, and line ends.
    line = " ".join(text.split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
