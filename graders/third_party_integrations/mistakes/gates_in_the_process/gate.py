"""Remembers who asked to be left alone for as long as the process lives.

Loses: retry_after_is_obeyed
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import insert

from .models import Gate

OPEN = datetime.fromtimestamp(0, UTC)
OPENS_AT: dict[str, datetime] = {}
LOCK = Lock()


def build_gates(engine: Engine, integrations: Sequence[str]) -> None:
    """A row for each service that has none, open."""
    with Session(engine) as session, session.begin():
        for integration in integrations:
            gate = insert(session, Gate).values(integration=integration, opens_at=OPEN)
            session.exec(gate.on_conflict_do_nothing())


def enter(session: Session, integration: str, now: datetime, pause: timedelta) -> bool:
    """Go through the gate, if it is open at `now`; it opens again after `pause`.

    Of several who want to go through at once, one gets in; the others when the pause is over.
    """
    with LOCK:
        if OPENS_AT.get(integration, OPEN) > now:
            return False
        OPENS_AT[integration] = now + pause
        return True


def close(session: Session, integration: str, until: datetime) -> None:
    """Let nobody through before `until`, nor before what was said already."""
    with LOCK:
        OPENS_AT[integration] = max(until, OPENS_AT.get(integration, OPEN))
