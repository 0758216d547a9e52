"""The log of what happened: TODO 2. Lesson: course/*/lessons/analytics.md"""

from typing import Any

from sqlmodel import Session, SQLModel, col, select

from hooklab.services import insert

from .clerk_data import ClerkSession, ClerkUser
from .models import IMPERSONATION, LOGIN, SIGN_UP, FirstAction, Newcomer, SessionOver, SignIn
from .settings import Settings
from .sources import source_of


def record_newcomer(session: Session, user: ClerkUser) -> Newcomer | None:
    """Write the user; return the row, or None when it was there already."""
    # answer 2: make the row, and write it once with _is_new().
    newcomer = Newcomer(clerk_id=user.id, created_at=user.created_at, source=source_of(user))
    return newcomer if _is_new(session, newcomer) else None


def record_session(
    session: Session, settings: Settings, clerk_session: ClerkSession
) -> SignIn | None:
    """Write the session; return the row, or None when it was there already."""
    # answer 2: the same for a session.
    sign_in = SignIn(
        session_id=clerk_session.id,
        clerk_id=clerk_session.user_id,
        created_at=clerk_session.created_at,
        expire_at=clerk_session.expire_at,
        country=clerk_session.country,
        kind=kind_of(session, settings, clerk_session),
    )
    return sign_in if _is_new(session, sign_in) else None


def kind_of(session: Session, settings: Settings, clerk_session: ClerkSession) -> str:
    """Return how the session began: IMPERSONATION, SIGN_UP or LOGIN, as the statement says."""
    # answer 2: staff first, then the sign-up's own session.
    if clerk_session.actor:
        return IMPERSONATION
    if clerk_session.user:
        made_at: int | None = clerk_session.user.created_at
    else:
        known = select(Newcomer.created_at).where(col(Newcomer.clerk_id) == clerk_session.user_id)
        made_at = session.exec(known).first()
    length = settings.analytics_signup_session_seconds * 1000
    if made_at is not None and clerk_session.created_at - made_at < length:
        return SIGN_UP
    return LOGIN


def record_end(session: Session, session_id: str) -> None:
    """Write that the session is over, whether its beginning is known or not."""
    # answer 2: one more fact, with a table of its own.
    _is_new(session, SessionOver(session_id=session_id))


def record_action(session: Session, clerk_id: str) -> None:
    """Write that the user has done something in the app; once is enough."""
    _is_new(session, FirstAction(clerk_id=clerk_id))


def _is_new(session: Session, row: SQLModel) -> bool:
    # answer 2, begin here: insert the row, or nothing; say which.
    #: # On PostgreSQL rowcount is -1 here: use returning().
    # The key decides, not a look at the table: of eight deliveries at once, one is new.
    table = type(row)
    key: Any = next(iter(table.__table__.primary_key))  # type: ignore[attr-defined]
    written = insert(session, table).values(row.model_dump()).on_conflict_do_nothing()
    return session.exec(written.returning(key)).first() is not None
