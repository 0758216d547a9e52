"""What a sign-up writes: TODO 1, begin here. Lesson: course/*/lessons/welcome_email.md"""

from sqlmodel import Session

from .clerk_user import ClerkUser


def record_signup(session: Session, user: ClerkUser) -> int | None:
    """Write the user, their default preferences and the welcome e-mail that is owed to them.

    Nothing is committed here: the caller's transaction holds all three rows. Rows that exist stay
    as they are. Nobody without an address and nobody whom a server imported is owed an e-mail.

    Returns the id of the new row of the queue, or None when there is none.
    """
    # TODO 1: insert the rows that are not there yet.
    # `insert` of hooklab.services knows on_conflict_do_nothing.
    raise NotImplementedError("record_signup(): TODO 1 is still open, in signup.py")
