"""A walk through Clerk's list: TODO 6; its start is given. Lesson: course/*/lessons/migration.md"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from .clerk_users import ClerkUnavailable, ClerkUser, ClerkUsers, CursorGone, RateLimited
from .models import DONE, RUNNING, Job
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
    # answer 6: page after page, each with its cursor in one transaction; stop when Clerk says so.
    for _page in range(PAGES_PER_RUN):
        with Session(engine) as session:
            job = session.get(Job, kind)
        now = datetime.now(UTC)
        if job is None or job.status != RUNNING or (job.not_before and job.not_before > now):
            return
        try:
            users = clerk.page(job.cursor, settings.migration_page_size)
        except RateLimited as limit:
            _move(engine, job, not_before=now + limit.wait)
            return
        except ClerkUnavailable:
            return
        except CursorGone:
            _move(engine, job, **_restart(job))
            continue
        is_last = len(users) < settings.migration_page_size
        changes = {"status": DONE} if is_last else {"cursor": users[-1].id}
        _move(engine, job, work, users, **changes)


# not in the skeleton
def _move(
    engine: Engine,
    job: Job,
    work: Work | None = None,
    users: list[ClerkUser] | None = None,
    **changes: Any,
) -> None:
    """Change the job, and do a page's work with it, unless another process has gone on."""
    with Session(engine) as session, session.begin():
        mine = session.exec(
            update(Job)
            .where(col(Job.kind) == job.kind, col(Job.step) == job.step)
            .values(step=job.step + 1, **{"not_before": None, **changes})
        )
        if mine.rowcount == 1 and work is not None:
            work(session, session.get_one(Job, job.kind), users or [])


# not in the skeleton
def _restart(job: Job) -> dict[str, Any]:
    fresh = _fresh(job.kind, job.step, job.started_at).model_dump()
    return {name: value for name, value in fresh.items() if name not in ("kind", "step")}


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
