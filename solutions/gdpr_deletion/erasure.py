"""An erasure and its steps: TODO 2, 5 and 6. Lesson: course/*/lessons/gdpr_deletion.md"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from hooklab.services import get_logger

from . import local, outside
from .claims import Claim, claim, release, unclaimed
from .gate import close, subject_hash
from .models import (
    CONTENT,
    DONE,
    FILES,
    MAILING_LIST,
    PENDING,
    RECORDS,
    STEPS,
    STRIPE,
    USER,
    Erasure,
    ErasureStep,
    User,
)
from .settings import Settings
from .targets import Targets, addresses_of

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
    # answer 2: close the gate, gather, write three tables.
    subject = subject_hash(settings, clerk_id)
    if not close(session, subject, at):
        return None
    user = session.exec(select(User).where(User.clerk_id == clerk_id)).first()
    targets = Targets(
        clerk_id=clerk_id,
        user_id=user.id if user else None,
        stripe_customer_id=user.stripe_customer_id if user else None,
        addresses=addresses_of(session, user.id) if user else (),
    )
    erasure = Erasure(subject_hash=subject, requested_at=at, targets=targets.as_json())
    session.add(erasure)
    session.flush()
    now = datetime.now(UTC)
    session.add_all(
        ErasureStep(erasure_id=erasure.id, name=name, next_attempt_at=now) for name in STEPS
    )
    return erasure.id


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
    # answer 5: the step; with USER, the erasure too.
    now = datetime.now(UTC)
    session.exec(_step(erasure_id, name).values(status=DONE, done_at=now))
    if name == USER:
        erasure = update(Erasure).where(col(Erasure.id) == erasure_id)
        session.exec(erasure.values(status=DONE, completed_at=now, targets=None))


def postpone(session: Session, settings: Settings, erasure_id: int, name: str) -> None:
    """Count an attempt that has failed, and let the step wait.

    It waits for `erasure_retry_base_seconds`, doubled after each failure, and at most for
    `erasure_retry_cap_seconds`. There is no last attempt.
    """
    # answer 5: one more failure, a later next attempt.
    attempts = session.get_one(ErasureStep, (erasure_id, name)).attempts + 1
    # The exponent has its own bound: after a thousand failures, 2 ** 1000 seconds fit no clock.
    seconds = settings.erasure_retry_base_seconds * 2 ** min(attempts - 1, 30)
    delay = timedelta(seconds=min(seconds, settings.erasure_retry_cap_seconds))
    due_at = datetime.now(UTC) + delay
    session.exec(_step(erasure_id, name).values(attempts=attempts, next_attempt_at=due_at))


def run(engine: Engine, settings: Settings, erasure_id: int) -> None:
    """Try every step that is due, each on its own, and write down at once how it went.

    Does nothing when the erasure is done or somebody else has it. A step that fails raises
    nothing and stops no other; a database that is away does. No transaction is open while another
    service is called.
    """
    # answer 6: claim; each step that is due; release.
    #: # An exception belongs to its step, not to the run.
    claimed = claim(engine, settings, erasure_id)
    if claimed is None:
        return
    for name in STEPS:
        if is_due(engine, erasure_id, name):
            _attempt(engine, settings, claimed, name)
    release(engine, claimed)


# not in the skeleton
def _attempt(engine: Engine, settings: Settings, claimed: Claim, name: str) -> None:
    error: str | None = None
    try:
        if name in ELSEWHERE:
            ELSEWHERE[name](settings, claimed.targets)
        with Session(engine) as session, session.begin():
            if name in AT_HOME:
                # The work and its record: a crash leaves both or neither.
                AT_HOME[name](session, settings, claimed.targets)
            finish(session, claimed.erasure_id, name)
    except Exception as failure:  # whatever it was, the other steps are not to suffer from it
        # Its text may quote an address: the name of the error must do.
        error = type(failure).__name__
        with Session(engine) as session, session.begin():
            postpone(session, settings, claimed.erasure_id, name)
    log.info("step", erasure_id=claimed.erasure_id, step=name, error=error)


# not in the skeleton
def _step(erasure_id: int, name: str) -> Any:
    return update(ErasureStep).where(
        col(ErasureStep.erasure_id) == erasure_id,
        col(ErasureStep.name) == name,
        col(ErasureStep.status) == PENDING,
    )
