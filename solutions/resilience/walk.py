"""Given: the walk through Clerk's list, as in the exercise migration. Nothing to write here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from .clerk_users import ClerkUser, CursorGone
from .failures import Away
from .models import Reconciliation
from .outside import Outside
from .settings import Settings

PAGES_PER_RUN = 5
"""A run takes so many pages at most; the next run goes on."""

Work = Callable[[Session, Reconciliation, list[ClerkUser]], None]


def begin(session: Session, *, brake: bool = True) -> None:
    """Begin a walk, also when one is under way: whoever asks wants all of it as it is now."""
    before = session.get(Reconciliation, 1)
    session.merge(
        Reconciliation(
            is_running=True,
            started_at=datetime.now(UTC),
            brake=brake,
            step=before.step + 1 if before else 0,
            cursor=None,
            # Clerk's wish to be left alone does not end because somebody is in a hurry.
            not_before=before.not_before if before else None,
        )
    )


def begin_if_due(engine: Engine, settings: Settings) -> None:
    """Begin a walk when the last one began RECONCILE_HOURS ago, or when there was none."""
    rest = timedelta(hours=settings.reconcile_hours)
    with Session(engine) as session, session.begin():
        job = session.get(Reconciliation, 1)
        if job is None or (not job.is_running and datetime.now(UTC) - job.started_at >= rest):
            begin(session)


def go_on(engine: Engine, settings: Settings, outside: Outside, work: Work) -> None:
    """Take the next pages, if a walk is under way and Clerk may be asked.

    `work` is called for each page, in the transaction that also moves the cursor, and for the last
    one with a job that is no longer running. A page that two processes read is worked on once.
    """
    for _page in range(PAGES_PER_RUN):
        with Session(engine) as session:
            job = session.get(Reconciliation, 1)
        now = datetime.now(UTC)
        if job is None or not job.is_running or (job.not_before and job.not_before > now):
            return
        try:
            users = outside.page(job.cursor, settings.reconcile_page_size)
        except Away as away:
            _move(engine, job, not_before=now + (away.retry_after or timedelta(0)))
            return
        except CursorGone:
            _move(engine, job, cursor=None, started_at=now)
            continue
        is_last = len(users) < settings.reconcile_page_size
        changes = {"is_running": False} if is_last else {"cursor": users[-1].id}
        _move(engine, job, work, users, **changes)


def _move(
    engine: Engine,
    job: Reconciliation,
    work: Work | None = None,
    users: list[ClerkUser] | None = None,
    **changes: Any,
) -> None:
    """Change the job, and do a page's work with it, unless another process has gone on."""
    with Session(engine) as session, session.begin():
        mine = session.exec(
            update(Reconciliation)
            .where(col(Reconciliation.step) == job.step)
            .values(step=job.step + 1, **{"not_before": None, **changes})
        )
        if mine.rowcount == 1 and work is not None:
            work(session, session.get_one(Reconciliation, 1), users or [])
