"""What an exercise is given: settings, a database, clients for mail and Slack, JSON logs.

Every address comes from the settings, so that the same code talks to the real service in
production and to the kit's in a grading run.
"""

from hooklab.services.database import insert, make_engine
from hooklab.services.logs import get_logger
from hooklab.services.mail import MailConnection, Mailer, MailNotSent, MailOutcomeUnknown
from hooklab.services.settings import Drawn, Settings
from hooklab.services.slack import slack_client

__all__ = [
    "Drawn",
    "MailConnection",
    "MailNotSent",
    "MailOutcomeUnknown",
    "Mailer",
    "Settings",
    "get_logger",
    "insert",
    "make_engine",
    "slack_client",
]
