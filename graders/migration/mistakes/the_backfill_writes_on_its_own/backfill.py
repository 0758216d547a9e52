"""Writes pages with an upsert of its own, since they come from the source of truth.

Loses: a_page_read_before_a_change_undoes_nothing
"""

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import Settings, insert

from . import phases, walk
from .clerk_users import ClerkUser, ClerkUsers
from .models import BACKFILL, Job, User


def start(session: Session) -> None:
    """Begin a backfill, or another one after the last; one that is under way goes on.

    Raises phases.NotYet in the phase "off": what changes behind the backfill's back must be kept.
    """
    if phases.read(session).phase == phases.OFF:
        raise phases.NotYet("shadow comes first: deliveries must be kept before the list is read")
    walk.start(session, BACKFILL)


def go_on(engine: Engine, settings: Settings, clerk: ClerkUsers) -> None:
    """Take the next pages, see `walk.go_on`."""
    walk.go_on(engine, settings, clerk, BACKFILL, _save_page)


def _save_page(session: Session, _job: Job, users: list[ClerkUser]) -> None:
    for user in users:
        values = {
            "email": user.primary_email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "version": user.updated_at,
        }
        session.exec(
            insert(session, User)
            .values(clerk_id=user.id, **values)
            .on_conflict_do_update(index_elements=["clerk_id"], set_=values)
        )
