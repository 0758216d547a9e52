"""The switch: TODO 2 and 3; reading it is given. Lesson: course/*/lessons/migration.md"""

from sqlmodel import Session

from hooklab.services import get_logger

from .models import Migration

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
    # TODO 2: nobody in "off" and "shadow", a stable share in "partial", then everybody.
    raise NotImplementedError("applies(): TODO 2 is still open, in phases.py")


def change(session: Session, phase: str, percent: int) -> None:
    """Go to `phase`, or stay in it with another percentage; a pause is over then.

    Raises NotYet, and changes nothing, for a way back to "off", for a phase that is left out, for a
    way forward during a pause, for "partial" and later without a finished backfill, and for
    "removed" unless the last comparison began in "full" and found no difference.
    """
    # TODO 3: refuse what the docstring names, then store the phase and the time.
    raise NotImplementedError("change(): TODO 3 is still open, in phases.py")


def roll_back(session: Session, reason: str) -> None:
    """Pause: from now on deliveries are stored and not applied, and the login writes again."""
    # TODO 3: store the pause, with its reason and the time; the phase stays.
    raise NotImplementedError("roll_back(): TODO 3 is still open, in phases.py")
