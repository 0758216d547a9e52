"""Bring everybody whom Clerk knows: TODO 7. Lesson: course/*/lessons/migration.md"""

from sqlalchemy import Engine
from sqlmodel import Session

from .clerk_users import ClerkUsers
from .settings import Settings


def start(session: Session) -> None:
    """Begin a backfill, or another one after the last; one that is under way goes on.

    Raises phases.NotYet in the phase "off": what changes behind the backfill's back must be kept.
    """
    # TODO 7: refuse in "off", then start the walk.
    raise NotImplementedError("start(): TODO 7 is still open, in backfill.py")


def go_on(engine: Engine, settings: Settings, clerk: ClerkUsers) -> None:
    """Take the next pages, see `walk.go_on`."""
    # TODO 7: go on with the walk, and write each page.
    raise NotImplementedError("go_on(): TODO 7 is still open, in backfill.py")
