"""From what a person chose to events: what happens at Clerk, or what they wrote themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from hooklab.errors import HooklabError
from hooklab.sender import Clerk, ClerkEvent
from hooklab.sender.captured import read_events
from hooklab.sender.changes import changed, read_changes
from hooklab.sender.stories import STORIES, backwards, check_type
from hooklab.texts import _
from hooklab.workbench.acts import Send


def people(clerk: Clerk) -> list[str]:
    """The ids of everybody who ever signed up, in that order: their numbers stay, from 1."""
    ids = (each.user_id for each in clerk.events if each.type == "user.created")
    return list(dict.fromkeys(each for each in ids if each))


def person_in(event: ClerkEvent) -> str:
    """The name or address of whom `event` is about; "" when what was written has none."""
    try:
        return event.name or event.email or ""
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def happen(clerk: Clerk, act: Send, tell: Callable[[str], object]) -> list[ClerkEvent]:
    """The events of `act`, each once, in the order in which they are to be sent.

    Args:
        tell: told of what may be a slip.

    Raises:
        HooklabError: there is no such event or person, it cannot be about them, or what was
            written is no event.
    """
    if act.body.strip():
        found = read_events(act.body.strip(), check_type(act.event), _("what you wrote"))
    elif act.reorder:
        found = backwards(clerk, check_type(act.event))
    else:
        found = [_event(clerk, act)]
    lines = [line for line in act.changes.splitlines() if line.strip()]
    changes = read_changes(lines)
    return [changed(each, changes, tell) for each in found]


def user_id_of(clerk: Clerk, person: int) -> str:
    """The id of person number `person`; HooklabError when there is none."""
    known = people(clerk)
    if not 1 <= person <= len(known):
        raise HooklabError(
            _("there is no person number {number}").format(number=person),
            _("choose someone in the list, or someone new"),
        )
    return known[person - 1]


def know(clerk: Clerk, users: Sequence[dict[str, Any]]) -> None:
    """Let `users` be everybody whom Clerk knows; whoever is new has signed up now."""
    for each in clerk.directory.all():
        clerk.directory.remove(each["id"])
    known = set(people(clerk))
    for user in users:
        clerk.directory.put(user)
        if user["id"] not in known:
            clerk.other("user.created", user)


def _event(clerk: Clerk, act: Send) -> ClerkEvent:
    story = STORIES[check_type(act.event)]
    if not act.person:
        return story(clerk)
    who = user_id_of(clerk, act.person)
    try:
        return story(clerk, who)
    except LookupError:
        raise HooklabError(
            _("{who} is not in Clerk's directory any more").format(who=who),
            _("resend an earlier webhook about them, or choose someone else"),
        ) from None
    except ValueError:
        raise HooklabError(
            _("{event} cannot be about {who}: they have no such address or number").format(
                event=act.event, who=who
            ),
            _("choose someone new: they will have one"),
        ) from None
