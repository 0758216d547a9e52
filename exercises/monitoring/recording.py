"""From a delivery to its row in the log: TODO 2. Lesson: course/*/lessons/monitoring.md"""

from sqlalchemy import Engine

from hooklab.services import get_logger
from hooklab.webhooks import Event

from .settings import Settings

log = get_logger()

WITH_CODES = ("email.created", "sms.created")
"""Their bodies hold one-time codes in clear: they are never kept, and never replayed."""


def process(engine: Engine, settings: Settings, event: Event) -> bool:
    """Handle `event`, and log how that went; whether it is handled now.

    A message that is done already is handled no more. What the handler writes and the row that
    says "done" are committed together. After a failure the row says "failed" and what kind of
    failure it was, and the body is kept for a replay; a row that says "done" stays as it is.

    A database that is away raises SQLAlchemy's exception: nothing can be logged then.
    """
    # TODO 2: stop here if it is done already.
    # Then handle, measure, and log in the same transaction.
    # After an exception: log the failure, keep the body.
    raise NotImplementedError("process(): TODO 2 is still open, in recording.py")
