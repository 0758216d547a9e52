"""An account at billing for each user, once: TODO 6. Lesson: course/*/lessons/resilience.md"""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from .models import User
from .outside import Outside


def open_account(engine: Engine, outside: Outside, clerk_id: str) -> None:
    """Let billing open the account of a user of the table who is not deleted and has none yet.

    However often this is begun, and whatever brought it about, billing opens one account: for one
    user the key is always the same. No transaction is open while billing is asked. Raises what
    `Outside.open_account` does.
    """
    # answer 6: look, ask billing, then write account_at.
    with Session(engine) as session:
        user = session.get(User, clerk_id)
    if user is None or user.deleted_at or user.account_at:
        return
    # The user's key, not the message's: several messages may tell of the same user.
    outside.open_account(clerk_id, f"account/{clerk_id}")
    with Session(engine) as session, session.begin():
        one = update(User).where(col(User.clerk_id) == clerk_id)
        session.exec(one.values(account_at=datetime.now(UTC)))
