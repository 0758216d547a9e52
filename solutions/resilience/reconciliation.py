"""Compare the table with Clerk's list: TODO 7 and 8. Lesson: course/*/lessons/resilience.md"""

from datetime import UTC, datetime

from sqlalchemy import Engine, func
from sqlmodel import Session, col, or_, select, update

from . import alarms, inbox, walk
from .clerk_users import ClerkUser
from .models import LIST, MISSING, UPDATED, Reconciliation, User
from .outside import Outside
from .settings import Settings


def run(engine: Engine, settings: Settings, outside: Outside) -> None:
    """Given: begin a walk when it is time, and take its next pages."""

    def work(session: Session, job: Reconciliation, users: list[ClerkUser]) -> None:
        compare(session, users)
        if not job.is_running:
            finish(session, settings, job)

    walk.begin_if_due(engine, settings)
    walk.go_on(engine, settings, outside, work)


def compare(session: Session, users: list[ClerkUser]) -> None:
    """Look at a page of Clerk's list.

    Whoever has no row, or an older one, gets an entry in the inbox with the source LIST, as if a
    `user.updated` had come; whoever is deleted stays so. All rows of the page get a new `seen_at`.
    """
    # answer 7: keep an entry for whoever is missing or stale; mark everybody as seen.
    ids = [user.id for user in users]
    known = session.exec(select(User).where(col(User.clerk_id).in_(ids)))
    rows = {row.clerk_id: row for row in known}
    for user in users:
        row = rows.get(user.id)
        if row is None or (row.version is not None and row.version < user.updated_at):
            # The version is part of the name: the same news is kept once, other news once more.
            name = f"list/{user.id}/{user.updated_at}"
            inbox.keep(session, name, UPDATED, user.model_dump(), source=LIST)
    session.exec(update(User).where(col(User.clerk_id).in_(ids)).values(seen_at=datetime.now(UTC)))


def finish(session: Session, settings: Settings, job: Reconciliation) -> None:
    """Look at the users of the table who were not in the list, at its end; tombstones are none.

    If they are more than RECONCILE_BRAKE_PERCENT of the users of the table, and the job has its
    brake, an alarm of the kind BRAKE is raised, and nothing else happens. Otherwise each gets an
    entry MISSING in the inbox, with the source LIST: Clerk is asked about them one by one.
    """
    # answer 8: find who was not seen; brake, or let Clerk be asked about each.
    living = col(User.deleted_at).is_(None)
    seen_at = col(User.seen_at)
    unseen = session.exec(
        select(User.clerk_id).where(living, or_(seen_at.is_(None), seen_at < job.started_at))
    ).all()
    total = session.exec(select(func.count()).select_from(User).where(living)).one()
    if job.brake and 100 * len(unseen) > settings.reconcile_brake_percent * total:
        text = f"{len(unseen)} of {total} users are not in Clerk's list; nobody is deleted"
        alarms.raise_alarm(session, alarms.BRAKE, text)
        return
    for clerk_id in unseen:
        # With the time: a list that leaves them out again is another reason to ask.
        name = f"list/{clerk_id}/missing/{job.started_at.isoformat()}"
        inbox.keep(session, name, MISSING, {"id": clerk_id}, source=LIST)
