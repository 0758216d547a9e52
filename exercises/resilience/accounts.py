"""An account at billing for each user, once: TODO 6. Lesson: course/*/lessons/resilience.md"""

from sqlalchemy import Engine

from .outside import Outside


def open_account(engine: Engine, outside: Outside, clerk_id: str) -> None:
    """Let billing open the account of a user of the table who is not deleted and has none yet.

    However often this is begun, and whatever brought it about, billing opens one account: for one
    user the key is always the same. No transaction is open while billing is asked. Raises what
    `Outside.open_account` does.
    """
    # TODO 6: look, ask billing, then write account_at.
    raise NotImplementedError("open_account(): TODO 6 is still open, in accounts.py")
