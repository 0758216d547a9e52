"""What a sign-up writes: TODO 1, begin here. Lesson: course/*/lessons/welcome_email.md"""

from datetime import UTC, datetime

from sqlmodel import Session, col

from hooklab.services import insert

from .clerk_user import ClerkUser
from .models import PENDING, WELCOME, EmailQueue, User, UserPreferences


def record_signup(session: Session, user: ClerkUser) -> int | None:
    """Write the user, their default preferences and the welcome e-mail that is owed to them.

    Nothing is committed here: the caller's transaction holds all three rows. Rows that exist stay
    as they are. Nobody without an address and nobody whom a server imported is owed an e-mail.

    Returns the id of the new row of the queue, or None when there is none.
    """
    # answer 1: insert the rows that are not there yet.
    #: # `insert` of hooklab.services knows on_conflict_do_nothing.
    _keep(
        session,
        User,
        clerk_id=user.id,
        email=user.primary_email,
        first_name=user.first_name,
        last_name=user.last_name,
    )
    _keep(
        session,
        UserPreferences,
        clerk_id=user.id,
        theme="light",
        language="fr",
        notifications=True,
    )
    if user.primary_email is None or user.public_metadata.get("imported") is True:
        return None
    return _owe_welcome(session, user.id)


# not in the skeleton
def _keep(session: Session, table: type[User | UserPreferences], **values: object) -> None:
    # Not an upsert: a second delivery must not undo what the person has changed since.
    session.exec(insert(session, table).values(**values).on_conflict_do_nothing())


# not in the skeleton
def _owe_welcome(session: Session, clerk_id: str) -> int | None:
    # The unique key decides who comes first, not a look at the table that a rival may share.
    mail = insert(session, EmailQueue).values(
        clerk_id=clerk_id,
        kind=WELCOME,
        status=PENDING,
        attempts=0,
        next_attempt_at=datetime.now(UTC),
    )
    return session.exec(
        mail.on_conflict_do_nothing().returning(col(EmailQueue.id))
    ).scalar_one_or_none()
