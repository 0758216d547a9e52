"""Compare the table with Clerk's list: TODO 7 and 8. Lesson: course/*/lessons/resilience.md"""

from sqlalchemy import Engine
from sqlmodel import Session

from . import walk
from .clerk_users import ClerkUser
from .models import Reconciliation
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
    # TODO 7: keep an entry for whoever is missing or stale; mark everybody as seen.
    raise NotImplementedError("compare(): TODO 7 is still open, in reconciliation.py")


def finish(session: Session, settings: Settings, job: Reconciliation) -> None:
    """Look at the users of the table who were not in the list, at its end; tombstones are none.

    If they are more than RECONCILE_BRAKE_PERCENT of the users of the table, and the job has its
    brake, an alarm of the kind BRAKE is raised, and nothing else happens. Otherwise each gets an
    entry MISSING in the inbox, with the source LIST: Clerk is asked about them one by one.
    """
    # TODO 8: find who was not seen; brake, or let Clerk be asked about each.
    raise NotImplementedError("finish(): TODO 8 is still open, in reconciliation.py")
