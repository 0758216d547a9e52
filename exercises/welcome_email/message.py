"""The words of the welcome e-mail: TODO 2. Lesson: course/*/lessons/welcome_email.md"""

from email.message import EmailMessage

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
    # TODO 2: fill in the texts, and the headers with care.
    raise NotImplementedError("welcome_message(): TODO 2 is still open, in message.py")
