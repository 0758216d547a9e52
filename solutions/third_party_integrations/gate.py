"""The door to each service: TODO 1, begin here, and TODO 6. Lesson: course/*/lessons/"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from hooklab.services import insert

from .models import Gate

OPEN = datetime.fromtimestamp(0, UTC)


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
    # answer 1: one UPDATE that also looks.
    passed = (
        update(Gate)
        .where(col(Gate.integration) == integration, col(Gate.opens_at) <= now)
        .values(opens_at=now + pause)
    )
    return bool(session.exec(passed).rowcount == 1)


def close(session: Session, integration: str, until: datetime) -> None:
    """Let nobody through before `until`, nor before what was said already."""
    # answer 6: move opens_at, but never back.
    later = (col(Gate.integration) == integration, col(Gate.opens_at) < until)
    session.exec(update(Gate).where(*later).values(opens_at=until))
