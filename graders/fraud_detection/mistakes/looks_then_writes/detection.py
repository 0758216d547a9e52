"""The history is read before the session is written: two at once do not see each other.

Loses: two_sessions_at_once_see_each_other
"""

from dataclasses import replace

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import Settings

from . import history
from .alerts import raise_alert
from .clerk_session import SessionCreated
from .rules import broken
from .sessions import login_of, record


def examine(engine: Engine, settings: Settings, event: SessionCreated) -> list[int]:
    """Write the session, and the alerts that it raises, in one transaction.

    A session that is there already raises nothing, and neither does one in which staff played
    the user. Of several sessions of a user at once, each sees those that were examined before.

    Returns the ids of the messages that are owed.
    """
    login = login_of(event)
    with Session(engine) as session, session.begin():
        known = history.load(session, login, settings)
        known = replace(known, nearby=[*known.nearby, login])
        rules = broken(known, settings)
        if not record(session, login) or login.impersonated_by:
            return []
        return [
            message
            for rule in rules
            for message in raise_alert(session, login, rule, event.data.user, settings)
        ]
