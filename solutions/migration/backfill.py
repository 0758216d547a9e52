"""Bring everybody whom Clerk knows: TODO 7. Lesson: course/*/lessons/migration.md"""

from sqlalchemy import Engine
from sqlmodel import Session

from . import phases, walk, writer
from .clerk_users import ClerkUser, ClerkUsers
from .models import BACKFILL, Job
from .settings import Settings


def start(session: Session) -> None:
    """Begin a backfill, or another one after the last; one that is under way goes on.

    Raises phases.NotYet in the phase "off": what changes behind the backfill's back must be kept.
    """
    # answer 7: refuse in "off", then start the walk.
    if phases.read(session).phase == phases.OFF:
        raise phases.NotYet("shadow comes first: deliveries must be kept before the list is read")
    walk.start(session, BACKFILL)


def go_on(engine: Engine, settings: Settings, clerk: ClerkUsers) -> None:
    """Take the next pages, see `walk.go_on`."""
    # answer 7: go on with the walk, and write each page.
    walk.go_on(engine, settings, clerk, BACKFILL, _save_page)


# not in the skeleton
def _save_page(session: Session, _job: Job, users: list[ClerkUser]) -> None:
    for user in users:
        writer.save(session, user)
