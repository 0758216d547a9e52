"""What is erased at home: TODO 3. Lesson: course/*/lessons/gdpr_deletion.md"""

import shutil
from contextlib import suppress

from sqlmodel import Session, col, delete, update

from .community import folder_of
from .models import (
    DELETED_USER,
    Comment,
    EmailQueue,
    Post,
    ScheduledTask,
    SessionLog,
    Upload,
    User,
    UserAddress,
    WebhookInbox,
)
from .settings import Settings
from .targets import Targets


def erase_files(session: Session, settings: Settings, targets: Targets) -> None:
    """Remove the user's files and their rows. What is gone already is no error."""
    # answer 3: folder_of() knows where they are.
    if targets.user_id is None:
        return
    # The folder, not the files that have rows: a crash may have left one without.
    with suppress(FileNotFoundError):
        shutil.rmtree(folder_of(settings, targets.user_id))
    session.exec(delete(Upload).where(col(Upload.user_id) == targets.user_id))


def anonymise_content(session: Session, settings: Settings, targets: Targets) -> None:
    """Leave the user's posts and comments under no name but `DELETED_USER`, and to no author."""
    # answer 3: three columns of two tables.
    if targets.user_id is None:
        return
    nobody = {
        "author_id": None,
        "author_name": DELETED_USER[settings.app_language],
        "author_email": None,
    }
    session.exec(update(Post).where(col(Post.author_id) == targets.user_id).values(**nobody))
    session.exec(update(Comment).where(col(Comment.author_id) == targets.user_id).values(**nobody))


def erase_records(session: Session, _settings: Settings, targets: Targets) -> None:
    """Remove sign-ins, stored deliveries, scheduled tasks, and e-mails that have not left."""
    # answer 3: four tables, and three kinds of key.
    session.exec(delete(SessionLog).where(col(SessionLog.clerk_id) == targets.clerk_id))
    session.exec(delete(WebhookInbox).where(col(WebhookInbox.clerk_id) == targets.clerk_id))
    session.exec(delete(ScheduledTask).where(col(ScheduledTask.user_id) == targets.user_id))
    session.exec(delete(EmailQueue).where(col(EmailQueue.user_id) == targets.user_id))


def erase_user(session: Session, _settings: Settings, targets: Targets) -> None:
    """Remove the user's addresses and the user."""
    # answer 3: what points to the user goes first.
    session.exec(delete(UserAddress).where(col(UserAddress.user_id) == targets.user_id))
    session.exec(delete(User).where(col(User.clerk_id) == targets.clerk_id))
