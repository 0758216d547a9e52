"""A walk through Clerk's list: TODO 6; its start is given. Lesson: course/*/lessons/migration.md"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from .clerk_users import ClerkUser, ClerkUsers
from .models import RUNNING, Job
from .settings import Settings

PAGES_PER_RUN = 20
"""A run takes so many pages at most; the next run goes on."""

Work = Callable[[Session, Job, list[ClerkUser]], None]


def start(session: Session, kind: str) -> None:
    """Begin a walk of this kind, unless one is under way; given."""
    job = session.get(Job, kind)
    if job is None or job.status != RUNNING:
        step = job.step + 1 if job else 0
        session.merge(_fresh(kind, step, datetime.now(UTC)))


def is_under_way(engine: Engine, kind: str) -> bool:
    """Whether there is such a walk, and it has not finished; given."""
    with Session(engine) as session:
        job = session.get(Job, kind)
    return job is not None and job.status == RUNNING


def go_on(engine: Engine, settings: Settings, clerk: ClerkUsers, kind: str, work: Work) -> None:
    """Take the next pages of the walk, if one is under way and Clerk may be asked.

    `work` is called for each page, in the transaction that also moves the job's cursor, and for the
    last one with the job's status "done". A page that two processes read is worked on once. When
    Clerk is unavailable the walk waits for the next run, or for as long as Clerk asks. When the
    cursor is gone it begins again.
    """
    # TODO 6: page after page, each with its cursor in one transaction; stop when Clerk says so.
    raise NotImplementedError("go_on(): TODO 6 is still open, in walk.py")


def _fresh(kind: str, step: int, started_at: datetime) -> Job:
    return Job(
        kind=kind,
        status=RUNNING,
        started_at=started_at,
        step=step,
        cursor=None,
        not_before=None,
        users=0,
        missing=0,
        stale=0,
        mismatched=0,
    )
