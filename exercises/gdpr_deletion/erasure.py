"""An erasure and its steps: TODO 2, 5 and 6. Lesson: course/*/lessons/gdpr_deletion.md"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from hooklab.services import get_logger

from . import local, outside
from .claims import unclaimed
from .models import (
    CONTENT,
    FILES,
    MAILING_LIST,
    PENDING,
    RECORDS,
    STRIPE,
    USER,
    ErasureStep,
)
from .settings import Settings
from .targets import Targets

AT_HOME: dict[str, Callable[[Session, Settings, Targets], None]] = {
    FILES: local.erase_files,
    CONTENT: local.anonymise_content,
    RECORDS: local.erase_records,
    USER: local.erase_user,
}
"""The steps in our own tables and files; they want a session."""

ELSEWHERE: dict[str, Callable[[Settings, Targets], None]] = {
    STRIPE: outside.erase_customer,
    MAILING_LIST: outside.erase_member,
}
"""The steps at other services, which may take seconds."""

log = get_logger()


def begin(session: Session, settings: Settings, clerk_id: str, at: datetime) -> int | None:
    """Close the gate, and write down the erasure, all of `STEPS`, and what they will need.

    Nothing is erased and nothing committed here: the caller's transaction holds all of it. For
    somebody whom the app does not know, the same is written.

    Args:
        clerk_id: who.
        at: when the account was deleted.

    Returns the id of the erasure, or None when it has begun before.
    """
    # TODO 2: close the gate, gather, write three tables.
    raise NotImplementedError("begin(): TODO 2 is still open, in erasure.py")


def run_due(engine: Engine, settings: Settings) -> int:
    """Run every erasure that is not done and that nobody has; how many there were."""
    erasures = unclaimed(engine)
    for erasure_id in erasures:
        run(engine, settings, erasure_id)
    return len(erasures)


def is_due(engine: Engine, erasure_id: int, name: str) -> bool:
    """Whether the step is pending and its time has come; USER's comes when no other is pending."""
    theirs = ErasureStep.erasure_id == erasure_id, ErasureStep.status == PENDING
    with Session(engine) as session:
        pending = {step.name: step for step in session.exec(select(ErasureStep).where(*theirs))}
    if name == USER:
        return pending.keys() == {USER}
    return name in pending and pending[name].next_attempt_at <= datetime.now(UTC)


def finish(session: Session, erasure_id: int, name: str) -> None:
    """Write down that the step is done, and when.

    With USER the erasure is done too: it keeps its dates and its hash, and nothing personal.
    """
    # TODO 5: the step; with USER, the erasure too.
    raise NotImplementedError("finish(): TODO 5 is still open, in erasure.py")


def postpone(session: Session, settings: Settings, erasure_id: int, name: str) -> None:
    """Count an attempt that has failed, and let the step wait.

    It waits for `erasure_retry_base_seconds`, doubled after each failure, and at most for
    `erasure_retry_cap_seconds`. There is no last attempt.
    """
    # TODO 5: one more failure, a later next attempt.
    raise NotImplementedError("postpone(): TODO 5 is still open, in erasure.py")


def run(engine: Engine, settings: Settings, erasure_id: int) -> None:
    """Try every step that is due, each on its own, and write down at once how it went.

    Does nothing when the erasure is done or somebody else has it. A step that fails raises
    nothing and stops no other; a database that is away does. No transaction is open while another
    service is called.
    """
    # TODO 6: claim; each step that is due; release.
    # An exception belongs to its step, not to the run.
    raise NotImplementedError("run(): TODO 6 is still open, in erasure.py")
