"""Given: the words of the reminder. Nothing to write here."""

from email.headerregistry import Address
from email.message import EmailMessage

from .models import User
from .settings import Settings

TEXT = """\
{greeting}

Il ne vous reste que quelques étapes : une adresse vérifiée, un profil avec vos noms et une photo,
vos préférences, un premier article. Ensuite, l'offre premium s'ouvre à vous.

Reprenez où vous en étiez :
{app_url}
"""


def reminder_message(settings: Settings, user: User) -> EmailMessage:
    """The reminder to `user`, who has an address; one that cannot be one raises an exception.

    It is ValueError or email.errors.MessageError.
    """
    name = " ".join((user.first_name or "").split())
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = Address(addr_spec=user.email or "")
    message["Subject"] = "Encore quelques étapes"
    domain = settings.mail_from.rpartition("@")[2]
    message["Message-ID"] = f"<onboarding.{user.clerk_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    greeting = f"Bonjour {name}," if name else "Bonjour,"
    message.set_content(TEXT.format(greeting=greeting, app_url=settings.app_url))
    return message
