"""Posts and comments are deleted: the discussions of all others lose their beginning.

Loses: posts_and_comments_stay_under_no_name, the_placeholder_speaks_the_apps_language, after_a_lost_answer_the_step_ends_well, the_erasure_is_written_down_before_any_call, one_failed_step_stops_no_other, another_delivery_changes_nothing, eight_deliveries_at_once_erase_once, a_crash_between_two_writes_loses_nothing, a_crash_during_a_call_loses_nothing
"""

import shutil
from contextlib import suppress

from sqlmodel import Session, col, delete, select

from hooklab.services import Settings

from .community import folder_of
from .models import (
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
from .targets import Targets


def erase_files(session: Session, settings: Settings, targets: Targets) -> None:
    """Remove the user's files and their rows. What is gone already is no error."""
    if targets.user_id is None:
        return
    # The folder, not the files that have rows: a crash may have left one without.
    with suppress(FileNotFoundError):
        shutil.rmtree(folder_of(settings, targets.user_id))
    session.exec(delete(Upload).where(col(Upload.user_id) == targets.user_id))


def anonymise_content(session: Session, settings: Settings, targets: Targets) -> None:
    """Leave the user's posts and comments under no name but `DELETED_USER`, and to no author."""
    if targets.user_id is None:
        return
    theirs = select(Post.id).where(Post.author_id == targets.user_id)
    session.exec(delete(Comment).where(col(Comment.post_id).in_(theirs)))
    session.exec(delete(Comment).where(col(Comment.author_id) == targets.user_id))
    session.exec(delete(Post).where(col(Post.author_id) == targets.user_id))


def erase_records(session: Session, _settings: Settings, targets: Targets) -> None:
    """Remove sign-ins, stored deliveries, scheduled tasks, and e-mails that have not left."""
    session.exec(delete(SessionLog).where(col(SessionLog.clerk_id) == targets.clerk_id))
    session.exec(delete(WebhookInbox).where(col(WebhookInbox.clerk_id) == targets.clerk_id))
    session.exec(delete(ScheduledTask).where(col(ScheduledTask.user_id) == targets.user_id))
    session.exec(delete(EmailQueue).where(col(EmailQueue.user_id) == targets.user_id))


def erase_user(session: Session, _settings: Settings, targets: Targets) -> None:
    """Remove the user's addresses and the user."""
    session.exec(delete(UserAddress).where(col(UserAddress.user_id) == targets.user_id))
    session.exec(delete(User).where(col(User.clerk_id) == targets.clerk_id))
