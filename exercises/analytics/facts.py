"""The log of what happened: TODO 2. Lesson: course/*/lessons/analytics.md"""

from sqlmodel import Session, SQLModel

from .clerk_data import ClerkSession, ClerkUser
from .models import FirstAction, Newcomer, SignIn
from .settings import Settings


def record_newcomer(session: Session, user: ClerkUser) -> Newcomer | None:
    """Write the user; return the row, or None when it was there already."""
    # TODO 2: make the row, and write it once with _is_new().
    raise NotImplementedError("record_newcomer(): TODO 2 is still open, in facts.py")


def record_session(
    session: Session, settings: Settings, clerk_session: ClerkSession
) -> SignIn | None:
    """Write the session; return the row, or None when it was there already."""
    # TODO 2: the same for a session.
    raise NotImplementedError("record_session(): TODO 2 is still open, in facts.py")


def kind_of(session: Session, settings: Settings, clerk_session: ClerkSession) -> str:
    """Return how the session began: IMPERSONATION, SIGN_UP or LOGIN, as the statement says."""
    # TODO 2: staff first, then the sign-up's own session.
    raise NotImplementedError("kind_of(): TODO 2 is still open, in facts.py")


def record_end(session: Session, session_id: str) -> None:
    """Write that the session is over, whether its beginning is known or not."""
    # TODO 2: one more fact, with a table of its own.
    raise NotImplementedError("record_end(): TODO 2 is still open, in facts.py")


def record_action(session: Session, clerk_id: str) -> None:
    """Write that the user has done something in the app; once is enough."""
    _is_new(session, FirstAction(clerk_id=clerk_id))


def _is_new(session: Session, row: SQLModel) -> bool:
    # TODO 2, begin here: insert the row, or nothing; say which.
    # On PostgreSQL rowcount is -1 here: use returning().
    raise NotImplementedError("_is_new(): TODO 2 is still open, in facts.py")
