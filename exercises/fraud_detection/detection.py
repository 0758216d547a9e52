"""One transaction for each session: TODO 2. Lesson: course/*/lessons/fraud_detection.md"""

from sqlalchemy import Engine

from .clerk_session import SessionCreated
from .sessions import login_of
from .settings import Settings


def examine(engine: Engine, settings: Settings, event: SessionCreated) -> list[int]:
    """Write the session, and the alerts that it raises, in one transaction.

    A session that is there already raises nothing, and neither does one in which staff played
    the user. Of several sessions of a user at once, each sees those that were examined before.

    Returns the ids of the messages that are owed.
    """
    login = login_of(event)
    # TODO 2: hold the user and write the session: that is enough to begin with.
    # Once there are rules and alerts: look at the history, and raise what is broken.
    raise NotImplementedError(f"{login.session_id}: TODO 2 is still open, in detection.py")
