"""An erasure and its steps: TODO 2 and 5. Lesson: course/*/exercises/gdpr_deletion.md"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select, update

from hooklab.services import Settings, get_logger

from . import local, outside
from .gate import close, subject_hash
from .models import (
    CONTENT,
    DONE,
    FILES,
    MAILING_LIST,
    PENDING,
    RECORDS,
    RUNNING,
    STEPS,
    STRIPE,
    USER,
    Erasure,
    ErasureStep,
    User,
)
from .targets import Targets, addresses_of

AT_HOME: dict[str, Callable[[Session, Settings, Targets], None]] = {
    FILES: local.erase_files,
    CONTENT: local.anonymise_content,
    RECORDS: local.erase_records,
    USER: local.erase_user,
}
ELSEWHERE: dict[str, Callable[[Settings, Targets], None]] = {
    STRIPE: outside.erase_customer,
    MAILING_LIST: outside.erase_member,
}

log = get_logger()


@dataclass(frozen=True)
class Claim:
    """An erasure that is ours until `until`, which also tells our claim from later ones."""

    erasure_id: int
    until: datetime
    targets: Targets


def begin(session: Session, settings: Settings, clerk_id: str, at: datetime) -> int | None:
    """Close the gate, and write down the erasure, its steps, and all that they will need.

    Nothing is erased and nothing committed here: the caller's transaction holds all of it. Of
    somebody whom the app does not know there is little to erase, and the same is written.

    Args:
        clerk_id: who.
        at: when the account was deleted.

    Returns the id of the erasure, or None when it has begun before.
    """
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
    """Run every erasure that is not done and that nobody else has; how many there were."""
    with Session(engine) as session:
        query = select(col(Erasure.id)).where(*_free(datetime.now(UTC))).order_by(col(Erasure.id))
        erasures = [each for each in session.exec(query) if each is not None]
    for erasure_id in erasures:
        run(engine, settings, erasure_id)
    return len(erasures)


def run(engine: Engine, settings: Settings, erasure_id: int) -> None:
    """Try every step of the erasure that is due, each in its own right, and write down how it went.

    A step that fails raises nothing and stops no other; a database that is away does.
    """
    claim = _claim(engine, settings, erasure_id)
    if claim is None:
        return
    for name in STEPS:
        if _is_due(engine, claim, name):
            _attempt(engine, settings, claim, name)
    with Session(engine) as session, session.begin():
        ours = col(Erasure.id) == erasure_id, col(Erasure.lease_until) == claim.until
        session.exec(update(Erasure).where(*ours).values(lease_until=None))


def _claim(engine: Engine, settings: Settings, erasure_id: int) -> Claim | None:
    now = datetime.now(UTC)
    until = now + timedelta(seconds=settings.erasure_lease_seconds)
    # Committed before anything is called: an open transaction would tell nobody.
    with Session(engine) as session, session.begin():
        taken = update(Erasure).where(col(Erasure.id) == erasure_id, *_free(now))
        if session.exec(taken.values(lease_until=until)).rowcount != 1:
            return None
        targets = session.get_one(Erasure, erasure_id).targets or {}
        return Claim(erasure_id, until, Targets.from_json(targets))


def _free(now: datetime) -> tuple[Any, ...]:
    lease = col(Erasure.lease_until)
    return col(Erasure.status) == RUNNING, or_(lease.is_(None), lease <= now)


def _is_due(engine: Engine, claim: Claim, name: str) -> bool:
    with Session(engine) as session:
        steps = session.exec(
            select(ErasureStep).where(
                ErasureStep.erasure_id == claim.erasure_id, ErasureStep.status == PENDING
            )
        ).all()
    pending = {step.name: step for step in steps}
    if name == USER:
        return set(pending) == {USER}
    return name in pending and pending[name].next_attempt_at <= datetime.now(UTC)


def _attempt(engine: Engine, settings: Settings, claim: Claim, name: str) -> None:
    try:
        if name in ELSEWHERE:
            # No transaction is open meanwhile: others would wait as long as the service does.
            ELSEWHERE[name](settings, claim.targets)
        with Session(engine) as session, session.begin():
            if name in AT_HOME:
                AT_HOME[name](session, settings, claim.targets)
            _write_down(session, claim, name)
    except Exception as failure:  # whatever it was, the other steps are not to suffer from it
        with Session(engine) as session, session.begin():
            _postpone(session, settings, claim, name)
        # Its text may quote an address: the name of the error must do.
        error: str | None = type(failure).__name__
    else:
        error = None
    log.info("step", erasure_id=claim.erasure_id, step=name, error=error)


def _write_down(session: Session, claim: Claim, name: str) -> None:
    now = datetime.now(UTC)
    session.exec(_step(claim, name).values(status=DONE, done_at=now))
    if name == USER:
        # What is left is the audit record.
        erasure = update(Erasure).where(col(Erasure.id) == claim.erasure_id)
        session.exec(erasure.values(status=DONE, completed_at=now, targets=None))


def _postpone(session: Session, settings: Settings, claim: Claim, name: str) -> None:
    failures = session.get_one(ErasureStep, (claim.erasure_id, name)).attempts + 1
    # No last attempt: whoever gave up would break the law silently.
    seconds = settings.erasure_retry_base_seconds * 2 ** min(failures - 1, 30)
    delay = timedelta(seconds=min(seconds, settings.erasure_retry_cap_seconds))
    session.exec(
        _step(claim, name).values(attempts=failures, next_attempt_at=datetime.now(UTC) + delay)
    )


def _step(claim: Claim, name: str) -> Any:
    return update(ErasureStep).where(
        col(ErasureStep.erasure_id) == claim.erasure_id,
        col(ErasureStep.name) == name,
        col(ErasureStep.status) == PENDING,
    )
