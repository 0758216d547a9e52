"""After a login: TODO 5; the phase "off" is given. Lesson: course/*/lessons/migration.md"""

from fastapi import HTTPException
from sqlalchemy import Engine
from sqlmodel import Session

from . import legacy, phases, writer
from .clerk_users import ClerkUnavailable, ClerkUser, ClerkUsers
from .models import User


class Preparing(Exception):
    """The user is not known yet, and this phase does not ask Clerk: come back in a moment."""


def welcome(engine: Engine, clerk: ClerkUsers, clerk_id: str) -> User:
    """The row of the user who has just signed in.

    Whether the row is read, or Clerk is asked and the row written first, depends on the phase. When
    Clerk does not answer, a row that is there will do.

    Raises:
        HTTPException: 410, for a user who was deleted.
        ClerkUnavailable: Clerk is needed and is not there; `app.py` answers 503.
        Preparing: in the phase "removed", for a user without a row; `app.py` answers 202.
    """
    with Session(engine) as session:
        # answer 5
        #: state, _row = phases.read(session), session.get(User, clerk_id)
        state, row = phases.read(session), session.get(User, clerk_id)
    if state.phase == phases.OFF:
        user = _ask(clerk, clerk_id)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            legacy.upsert_at_login(session, user)
            return session.get_one(User, clerk_id)
    # answer 5: refuse a tombstone; read the row, or ask Clerk and write, as the phase demands.
    _refuse_deleted(row)
    if row is not None and phases.applies(state, clerk_id):
        return row
    if state.phase == phases.REMOVED and not state.paused:
        raise Preparing
    try:
        user = _ask(clerk, clerk_id)
    except ClerkUnavailable:
        if row is None:
            raise
        return row
    with Session(engine, expire_on_commit=False) as session, session.begin():
        writer.save(session, user)
        row = session.get_one(User, clerk_id)
    # Their deletion may have come while Clerk was being asked.
    _refuse_deleted(row)
    return row


# not in the skeleton
def _refuse_deleted(row: User | None) -> None:
    if row is not None and row.deleted_at is not None:
        raise HTTPException(410, "this account was deleted")


def _ask(clerk: ClerkUsers, clerk_id: str) -> ClerkUser:
    user = clerk.find(clerk_id)
    if user is None:
        # A session token outlives its user by up to a minute.
        raise HTTPException(410, "this account was deleted")
    return user
