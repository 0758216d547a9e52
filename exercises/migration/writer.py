"""The one place that writes users: TODO 1, begin here. Lesson: course/*/lessons/migration.md"""

from sqlmodel import Session

from .clerk_users import ClerkUser


def save(session: Session, user: ClerkUser) -> None:
    """Write what Clerk says about `user`, unless the table knows newer things or a deletion.

    Login, webhook and backfill all come here. `updated_at` is the version; a row without one is
    older than everything. Nothing is committed: that is up to the caller.
    """
    # TODO 1: one statement that inserts, or updates what is older and is no tombstone.
    raise NotImplementedError("save(): TODO 1 is still open, in writer.py")


def forget(session: Session, clerk_id: str) -> None:
    """Leave nothing of the user but a tombstone, also of one who is not known yet.

    A deletion wins over every version, earlier and later. Nothing is committed.
    """
    # TODO 1: leave an empty row with deleted_at, whether or not there was a row.
    raise NotImplementedError("forget(): TODO 1 is still open, in writer.py")
