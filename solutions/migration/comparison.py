"""Compare the table with Clerk's list: TODO 8. Lesson: course/*/lessons/migration.md"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, exists, func
from sqlmodel import Session, col, or_, select, update

from . import phases, walk
from .clerk_users import ClerkUser, ClerkUsers
from .inbox import DELETED, newest_waiting
from .models import BACKFILL, COMPARISON, DONE, WAITING, Comparison, Inbox, Job, User
from .settings import Settings


def start(session: Session) -> None:
    """Begin a comparison; one that is under way goes on."""
    walk.start(session, COMPARISON)


def go_on(engine: Engine, settings: Settings, clerk: ClerkUsers) -> None:
    """Take the next pages, see `walk.go_on`; at the end store what was found.

    Too many differences, see the setting, pause the webhooks if any are applied.
    """
    # answer 8: for each page count what differs; at the end add a Comparison, and pause if need be.

    def compare(session: Session, job: Job, users: list[ClerkUser]) -> None:
        _compare_page(session, job, users)
        if job.status == DONE:
            _finish(session, settings, job)

    walk.go_on(engine, settings, clerk, COMPARISON, compare)


def status(session: Session) -> dict[str, Any]:
    """What `GET /migration/status` answers; the statement names the keys."""
    state = phases.read(session)
    backfill = session.get(Job, BACKFILL)
    latest = session.exec(select(Comparison).order_by(col(Comparison.id).desc()).limit(1)).first()
    waiting, oldest = session.exec(
        select(func.count(), func.min(Inbox.received_at)).where(col(Inbox.status) == WAITING)
    ).one()
    lag = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0
    return {
        "phase": state.phase,
        "percent": state.percent,
        "paused": state.paused,
        "reason": state.reason,
        "backfill": backfill.status if backfill else None,
        "waiting": waiting,
        "lag_seconds": int(lag),
        "compared_at": latest.finished_at.isoformat() if latest else None,
        "users": latest.users if latest else None,
        "missing": latest.missing if latest else None,
        "stale": latest.stale if latest else None,
        "mismatched": latest.mismatched if latest else None,
    }


# not in the skeleton
def _compare_page(session: Session, job: Job, users: list[ClerkUser]) -> None:
    ids = [user.id for user in users]
    known = session.exec(select(User).where(col(User.clerk_id).in_(ids)))
    rows = {row.clerk_id: row for row in known}
    waiting = newest_waiting(session, ids)
    for user in users:
        job.users += 1
        if user.id in waiting and _is_covered(waiting[user.id], user):
            continue
        row = rows.get(user.id)
        if row is None:
            job.missing += 1
        elif row.deleted_at is not None:
            # Clerk does not use an id twice: the page is older than the deletion.
            continue
        elif row.version is None or row.version < user.updated_at:
            job.stale += 1
        elif row.version == user.updated_at and not _says_the_same(row, user):
            job.mismatched += 1
    session.exec(update(User).where(col(User.clerk_id).in_(ids)).values(seen_at=job.started_at))


# not in the skeleton
def _is_covered(waiting: int | None, user: ClerkUser) -> bool:
    return waiting is None or waiting >= user.updated_at


def _says_the_same(row: User, user: ClerkUser) -> bool:
    return (row.email, row.first_name, row.last_name) == (
        user.primary_email,
        user.first_name,
        user.last_name,
    )


# not in the skeleton
def _finish(session: Session, settings: Settings, job: Job) -> None:
    job.mismatched += _count_strangers(session, job)
    session.add(
        Comparison(
            finished_at=datetime.now(UTC),
            **job.model_dump(include={"started_at", "users", "missing", "stale", "mismatched"}),
        )
    )
    differences = job.missing + job.stale + job.mismatched
    state = phases.read(session)
    is_writing = state.phase not in (phases.OFF, phases.SHADOW) and not state.paused
    if is_writing and 100 * differences > settings.migration_pause_percent * job.users:
        phases.roll_back(session, f"{differences} of {job.users} users differ")


# not in the skeleton
def _count_strangers(session: Session, job: Job) -> int:
    """How many rows are about nobody in Clerk's list, and about nobody who came meanwhile."""
    began = int(job.started_at.timestamp() * 1000)
    deletion = exists().where(
        col(Inbox.clerk_id) == User.clerk_id,
        col(Inbox.status) == WAITING,
        col(Inbox.type) == DELETED,
    )
    strangers = select(func.count()).where(
        col(User.deleted_at).is_(None),
        or_(col(User.seen_at).is_(None), col(User.seen_at) < job.started_at),
        or_(col(User.version).is_(None), col(User.version) < began),
        ~deletion,
    )
    return session.exec(strangers).one()
