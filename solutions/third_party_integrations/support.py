"""Support knows every user as a contact: TODO 4. Lesson: course/*/lessons/"""

import re
from typing import Any

from intercom.core.api_error import ApiError

from .models import User

# "A contact matching those details already exists with id=…", or "An archived contact …".
EXISTS = re.compile(r"^(?P<kind>A|An archived) contact .*\bid=(?P<id>\w+)")


def sync(contacts: Any, user: User, known_as: str | None) -> str | None:
    """Let support know the user as they are now; the id of the contact afterwards.

    Args:
        contacts: the `contacts` of intercom_client(settings).
        user: becomes a contact with `external_id`, `email` and `name`. One who is a contact already
            is updated, and unarchived first if need be. Whoever is deleted is deleted there too.
        known_as: the id of the contact, if known.

    Doing it again changes nothing. What Intercom refuses is an ApiError.
    """
    # answer 4: create; on a conflict, update.
    #: # existing() reads the conflict; see also erase().
    if user.deleted:
        erase(contacts, user.clerk_id, known_as)
        return None
    fields = {"external_id": user.clerk_id, "email": user.email, "name": user.name}
    try:
        # Not a search first: what was made a moment ago may not be found yet.
        return str(contacts.create(request={"role": "user", **fields}).id)
    except ApiError as error:
        contact_id, archived = existing(error)
    if archived:
        contacts.unarchive(contact_id)
    contacts.update(contact_id, **fields)
    return contact_id


def existing(error: ApiError) -> tuple[str, bool]:
    """The id of the contact that was in the way, and whether it is archived.

    An error that is no such conflict is raised again.
    """
    if error.status_code != 409 or not isinstance(error.body, dict):
        raise error
    for each in error.body.get("errors", []):
        if found := EXISTS.match(each.get("message", "")):
            return found["id"], found["kind"] == "An archived"
    raise error


def erase(contacts: Any, clerk_id: str, contact_id: str | None) -> None:
    """Delete the contact; nothing to do when there is none."""
    # answer 4: contacts.delete(); 404 is done.
    try:
        # An answer that was lost may have left a contact whose id nobody wrote down.
        contacts.delete(contact_id or contacts.show_contact_by_external_id(clerk_id).id)
    except ApiError as error:
        if error.status_code != 404:
            raise
