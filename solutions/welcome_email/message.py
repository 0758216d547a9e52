"""The words of the welcome e-mail: TODO 2. Lesson: course/*/lessons/welcome_email.md"""

from email.headerregistry import Address
from email.message import EmailMessage
from html import escape

from .models import User
from .settings import Settings

# In French, the language of the default preferences.
TEXT = """\
{greeting}

Votre compte est prêt. Pour commencer, ouvrez l'application :
{app_url}

Tout est expliqué dans la documentation :
{docs_url}

Et pour bien démarrer, voici votre offre de bienvenue : {offer}
"""

HTML = """\
<p>{greeting}</p>
<p>Votre compte est prêt. <a href="{app_url}">Ouvrez l'application</a> pour commencer.</p>
<p>Tout est expliqué dans <a href="{docs_url}">la documentation</a>.</p>
<p>Et pour bien démarrer, voici votre offre de bienvenue : <strong>{offer}</strong></p>
"""


def welcome_message(settings: Settings, user: User) -> EmailMessage:
    """The welcome e-mail to `user`, who has an address; from `mail_from`, with a text part.

    It names the app, the documentation and the offer of the settings, and greets by first name if
    there is one. A first name is a stranger's text: it stays out of the headers, and HTML gets it
    escaped. An address that cannot be one raises ValueError or email.errors.MessageError.
    """
    # answer 2: fill in the texts, and the headers with care.
    name = " ".join((user.first_name or "").split())
    values = {
        "greeting": f"Bonjour {name}," if name else "Bonjour,",
        "app_url": settings.app_url,
        "docs_url": settings.docs_url,
        "offer": settings.welcome_offer_code,
    }
    message = EmailMessage()
    message["From"] = settings.mail_from
    # An Address is one recipient, whatever commas its text has.
    message["To"] = Address(addr_spec=user.email or "")
    message["Subject"] = "Bienvenue !"
    # The same for every attempt: some mail servers drop what they have seen.
    message["Message-ID"] = f"<welcome.{user.clerk_id}@{settings.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(TEXT.format(**values))
    message.add_alternative(
        HTML.format(**{key: escape(value) for key, value in values.items()}), subtype="html"
    )
    return message
