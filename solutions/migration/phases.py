"""The switch: TODO 2 and 3; reading it is given. Lesson: course/*/lessons/migration.md"""

import hashlib
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from hooklab.services import get_logger

from .models import BACKFILL, DONE, Comparison, Job, Migration

OFF = "off"
SHADOW = "shadow"
PARTIAL = "partial"
FULL = "full"
REMOVED = "removed"

PHASES = (OFF, SHADOW, PARTIAL, FULL, REMOVED)
"""In the order of the move."""

log = get_logger()


class NotYet(Exception):
    """The change that was asked for would be unsafe; the text says why."""


def read(session: Session) -> Migration:
    """How far the move is; given."""
    return session.get(Migration, 1) or Migration(phase=OFF)


def applies(state: Migration, clerk_id: str) -> bool:
    """Whether deliveries about this user are applied now.

    In "partial" it is so for `state.percent` users of a hundred: always the same ones, in every
    process, and those of a smaller percentage are among those of a larger one.
    """
    # answer 2: nobody in "off" and "shadow", a stable share in "partial", then everybody.
    if state.paused:
        return False
    if state.phase == PARTIAL:
        # Not hash(): each process of Python has its own.
        digest = hashlib.sha256(clerk_id.encode()).digest()
        return int.from_bytes(digest[:8], "big") % 100 < state.percent
    return state.phase in (FULL, REMOVED)


def change(session: Session, phase: str, percent: int) -> None:
    """Go to `phase`, or stay in it with another percentage; a pause is over then.

    Raises NotYet, and changes nothing, for a way back to "off", for a phase that is left out, for a
    way forward during a pause, for "partial" and later without a finished backfill, and for
    "removed" unless the last comparison began in "full" and found no difference.
    """
    # answer 3: refuse what the docstring names, then store the phase and the time.
    state = read(session)
    step = PHASES.index(phase) - PHASES.index(state.phase)
    if phase == OFF and state.phase != OFF:
        raise NotYet("the old login knows no versions: roll back instead")
    if step > 1:
        raise NotYet(f"{PHASES[PHASES.index(state.phase) + 1]} comes first")
    if step > 0 and state.paused:
        raise NotYet(f"paused: {state.reason}; set {state.phase} again to go on")
    if phase not in (OFF, SHADOW) and not _is_backfilled(session):
        raise NotYet("the backfill has not finished")
    if phase == REMOVED and state.phase != REMOVED and not _is_proved(session, state):
        raise NotYet("no comparison has begun in full and found no difference")
    _store(session, Migration(phase=phase, percent=percent, changed_at=datetime.now(UTC)))


def roll_back(session: Session, reason: str) -> None:
    """Pause: from now on deliveries are stored and not applied, and the login writes again."""
    # answer 3: store the pause, with its reason and the time; the phase stays.
    state = read(session)
    log.warning("paused", phase=state.phase, reason=reason)
    _store(
        session,
        Migration(
            phase=state.phase,
            percent=state.percent,
            paused=True,
            reason=reason,
            changed_at=datetime.now(UTC),
        ),
    )


# not in the skeleton
def _store(session: Session, state: Migration) -> None:
    session.merge(state)


# not in the skeleton
def _is_backfilled(session: Session) -> bool:
    job = session.get(Job, BACKFILL)
    return job is not None and job.status == DONE


# not in the skeleton
def _is_proved(session: Session, state: Migration) -> bool:
    latest = session.exec(select(Comparison).order_by(col(Comparison.id).desc()).limit(1)).first()
    return (
        latest is not None
        and state.changed_at is not None
        and latest.started_at >= state.changed_at
        and latest.missing + latest.stale + latest.mismatched == 0
    )
