"""What is erased at home: TODO 3. Lesson: course/*/lessons/gdpr_deletion.md"""

from sqlmodel import Session

from .settings import Settings
from .targets import Targets


def erase_files(session: Session, settings: Settings, targets: Targets) -> None:
    """Remove the user's files and their rows. What is gone already is no error."""
    # TODO 3: folder_of() knows where they are.
    raise NotImplementedError("erase_files(): TODO 3 is still open, in local.py")


def anonymise_content(session: Session, settings: Settings, targets: Targets) -> None:
    """Leave the user's posts and comments under no name but `DELETED_USER`, and to no author."""
    # TODO 3: three columns of two tables.
    raise NotImplementedError("anonymise_content(): TODO 3 is still open, in local.py")


def erase_records(session: Session, _settings: Settings, targets: Targets) -> None:
    """Remove sign-ins, stored deliveries, scheduled tasks, and e-mails that have not left."""
    # TODO 3: four tables, and three kinds of key.
    raise NotImplementedError("erase_records(): TODO 3 is still open, in local.py")


def erase_user(session: Session, _settings: Settings, targets: Targets) -> None:
    """Remove the user's addresses and the user."""
    # TODO 3: what points to the user goes first.
    raise NotImplementedError("erase_user(): TODO 3 is still open, in local.py")
