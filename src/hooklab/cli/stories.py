"""Which events can be sent, and what must have happened before each of them."""

from collections.abc import Callable
from difflib import get_close_matches

from hooklab.errors import HooklabError
from hooklab.sender import Clerk, ClerkEvent
from hooklab.texts import _

Story = Callable[[Clerk], ClerkEvent]


def _updated(clerk: Clerk) -> ClerkEvent:
    user = clerk.user_created()
    return clerk.user_updated(user, first_name="Ada", last_name="Lovelace")


def _session(end: Callable[[Clerk, ClerkEvent], ClerkEvent]) -> Story:
    def story(clerk: Clerk) -> ClerkEvent:
        session = clerk.session_created(clerk.user_created())
        return end(clerk, session)

    return story


STORIES: dict[str, Story] = {
    "user.created": lambda clerk: clerk.user_created(),
    "user.updated": _updated,
    "user.deleted": lambda clerk: clerk.user_deleted(clerk.user_created()),
    "session.created": lambda clerk: clerk.session_created(clerk.user_created()),
    "session.pending": lambda clerk: clerk.session_pending(clerk.user_created()),
    "session.ended": _session(lambda clerk, session: clerk.session_ended(session)),
    "session.removed": _session(lambda clerk, session: clerk.session_removed(session)),
    "session.revoked": _session(lambda clerk, session: clerk.session_revoked(session)),
    "email.created": lambda clerk: clerk.email_created(clerk.user_created()),
    "sms.created": lambda clerk: clerk.sms_created(clerk.user_created(via="phone")),
    "waitlistEntry.created": lambda clerk: clerk.waitlist_entry_created(),
    "waitlistEntry.updated": lambda clerk: clerk.waitlist_entry_updated(
        clerk.waitlist_entry_created()
    ),
}


def check_type(name: str) -> str:
    """`name`, when it is a type that can be sent; otherwise HooklabError with the nearest one."""
    if name in STORIES:
        return name
    near = get_close_matches(name.replace("_", "."), STORIES, n=1, cutoff=0.4)
    raise HooklabError(
        _("there is no event “{name}”").format(name=name),
        _("did you mean “{near}”?").format(near=near[0])
        if near
        else _("choose one of: {names}").format(names=", ".join(STORIES)),
    )


def backwards(clerk: Clerk) -> list[ClerkEvent]:
    """The whole life of one user, its last event first."""
    created = clerk.user_created()
    updated = clerk.user_updated(created, first_name="Ada", last_name="Lovelace")
    return [clerk.user_deleted(created), updated, created]
