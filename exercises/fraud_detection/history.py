"""Given: what is known about a user around a session. Nothing to write here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, func, select

from .models import SessionLog
from .settings import Settings


@dataclass(frozen=True)
class History:
    """All that a rule may look at. Sessions in which staff played the user are left out.

    Attributes:
        login: the session in question.
        nearby: the user's sessions before and after it that any rule's window can hold, in the
            order in which they began, `login` among them.
        countries_before: the countries of the user's earlier sessions, as far as they are known.
        previous_at: when the session before it began, in milliseconds; None for the first one.
    """

    login: SessionLog
    nearby: Sequence[SessionLog]
    countries_before: frozenset[str]
    previous_at: int | None


def load(session: Session, login: SessionLog, settings: Settings) -> History:
    """Read the history of `login`, which is in the table already.

    Everything is measured from the moment when the session began: when it is delivered says
    nothing, and sessions that began later may be there already.
    """
    began = col(SessionLog.created_at)
    own = (
        col(SessionLog.clerk_id) == login.clerk_id,
        col(SessionLog.impersonated_by).is_(None),
    )
    before = (*own, began < login.created_at)
    around = (*own, began > login.created_at - reach(settings))
    nearby = select(SessionLog).where(*around, began < login.created_at + reach(settings))
    countries = select(SessionLog.country).where(*before).distinct()
    previous = select(func.max(began)).where(*before)
    return History(
        login=login,
        nearby=session.exec(nearby.order_by(began)).all(),
        countries_before=frozenset(filter(None, session.exec(countries))),
        previous_at=session.exec(previous).one(),
    )


def reach(settings: Settings) -> int:
    """The longest window of any rule, in milliseconds."""
    longest = max(
        timedelta(hours=settings.fraud_countries_hours),
        timedelta(minutes=settings.fraud_sessions_minutes),
    )
    return longest // timedelta(milliseconds=1)
