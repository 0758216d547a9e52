"""Which events can be sent, and what must have happened before each of them."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Protocol

from hooklab.errors import HooklabError
from hooklab.sender.clerk import SAMPLES, Clerk
from hooklab.sender.directory import Who
from hooklab.sender.events import ClerkEvent
from hooklab.sender.examples import EXAMPLE_DAY, as_example
from hooklab.texts import _, either


class Happening(Protocol):
    """Lets happen what an event tells of."""

    def __call__(self, clerk: Clerk, who: Who | None = None) -> ClerkEvent:
        """The event: about `who`, a user of the directory, or about somebody new.

        LookupError when it cannot be about them.
        """


def _created(clerk: Clerk, who: Who | None = None) -> ClerkEvent:
    """The sign-up; of somebody who is there already, as Clerk told of it then."""
    if who is None:
        return clerk.user_created()
    user = clerk.user(who)
    known = (
        each for each in clerk.events if each.type == "user.created" and each.user_id == user["id"]
    )
    return next(known, None) or clerk.other("user.created", user)


def _updated(clerk: Clerk, who: Who | None = None) -> ClerkEvent:
    return clerk.user_updated(who or clerk.user_created(), first_name="Ada", last_name="Lovelace")


def _about_user(
    tell: Callable[[Clerk, Who], ClerkEvent], clerk: Clerk, who: Who | None = None
) -> ClerkEvent:
    return tell(clerk, who or clerk.user_created())


def _about_session(
    end: Callable[[Clerk, Who], ClerkEvent], clerk: Clerk, who: Who | None = None
) -> ClerkEvent:
    return end(clerk, clerk.session_created(who or clerk.user_created()))


def _text_message(clerk: Clerk, who: Who | None = None) -> ClerkEvent:
    return clerk.sms_created(who or clerk.user_created(via="phone"))


def _waiting(clerk: Clerk, who: Who | None = None) -> ClerkEvent:  # noqa: ARG001 - no user yet
    return clerk.waitlist_entry_created()


def _let_in(clerk: Clerk, who: Who | None = None) -> ClerkEvent:  # noqa: ARG001 - no user yet
    return clerk.waitlist_entry_updated(clerk.waitlist_entry_created())


def _sample(name: str, clerk: Clerk, who: Who | None = None) -> ClerkEvent:
    return clerk.sample(name, about=() if who is None else [_created(clerk, who)])


STORIES: dict[str, Happening] = {
    "user.created": _created,
    "user.updated": _updated,
    "user.deleted": partial(_about_user, Clerk.user_deleted),
    "session.created": partial(_about_user, Clerk.session_created),
    "session.pending": partial(_about_user, Clerk.session_pending),
    "session.ended": partial(_about_session, Clerk.session_ended),
    "session.removed": partial(_about_session, Clerk.session_removed),
    "session.revoked": partial(_about_session, Clerk.session_revoked),
    "email.created": partial(_about_user, Clerk.email_created),
    "sms.created": _text_message,
    "waitlistEntry.created": _waiting,
    "waitlistEntry.updated": _let_in,
    **{name: partial(_sample, name) for name in SAMPLES},
}
"""All types of Clerk's list of events, and a way to each."""


def check_type(name: str) -> str:
    """`name`, when it is a type that can be sent; otherwise HooklabError with the nearest ones."""
    if name in STORIES:
        return name
    near = get_close_matches(name.replace("_", "."), STORIES, n=3, cutoff=0.6)
    raise HooklabError(
        _("there is no event “{name}”").format(name=name),
        _("did you mean {names}?").format(names=either(near))
        if near
        else _("choose one of: {names}").format(names=", ".join(STORIES)),
    )


def example(name: str) -> ClerkEvent:
    """What Clerk's dashboard sends as the example of a type that can be sent."""
    return as_example(STORIES[name](Clerk(seed=0, now=lambda: EXAMPLE_DAY)))


def backwards(clerk: Clerk, name: str) -> list[ClerkEvent]:
    """The whole life that `name` is part of, its last event first.

    HooklabError for a type that belongs to no user and no organization.
    """
    for prefixes, life in (
        (("user.",), _user_life),
        (("organization.", "organizationMembership."), _organization_life),
    ):
        if name.startswith(prefixes):
            return life(clerk)[::-1]
    raise HooklabError(
        _("--reorder tells the life of a user or an organization, not of {event}").format(
            event=name
        ),
        _("write: hooklab send user.created --reorder"),
    )


def _user_life(clerk: Clerk) -> list[ClerkEvent]:
    created = clerk.user_created()
    updated = clerk.user_updated(created, first_name="Ada", last_name="Lovelace")
    return [created, updated, clerk.user_deleted(created)]


def _organization_life(clerk: Clerk) -> list[ClerkEvent]:
    founder = clerk.user_created()
    organization = clerk.sample("organization.created", about=[founder])
    joined = clerk.sample("organizationMembership.created", about=[founder, organization])
    about = [founder, organization, joined]
    left = clerk.sample("organizationMembership.deleted", about=about)
    closed = clerk.sample("organization.deleted", about=about)
    return [founder, organization, joined, left, closed]
