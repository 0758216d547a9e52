"""Who has asked for it is on the mailing list: TODO 3. Lesson: course/*/lessons/"""

import hashlib
from typing import Any

from mailchimp_marketing.api_client import ApiClientError

from .models import User

# Mailchimp's client has no types: `lists` is the `lists` of mailchimp_client(settings).


def sync(lists: Any, list_id: str, user: User, known_as: str | None) -> str | None:
    """Let the list know the user as they are now; the address that it knows them by afterwards.

    Who has asked for the newsletter and has an address becomes a member who still has to confirm;
    of a member, only the names change. Who asks no more is unsubscribed. Whoever is deleted is
    erased for good. A new address takes the place of the one before, `known_as`.

    Doing it again changes nothing. What Mailchimp refuses is an ApiClientError.
    """
    # answer 3: erase, unsubscribe or put.
    #: # A new address: put it, unsubscribed if status_of() says so of the old one; then erase the old.  # noqa: E501
    if user.deleted:
        # Both: the change of address may not have got through.
        for address in filter(None, (known_as, user.email)):
            erase(lists, list_id, address)
        return None
    if not user.newsletter or not user.email:
        if known_as:
            unsubscribe(lists, list_id, known_as)
        return known_as
    address = user.email.lower()
    moved = known_as is not None and known_as != address
    refuses = moved and status_of(lists, list_id, known_as or "") == "unsubscribed"
    put(lists, list_id, user, "unsubscribed" if refuses else "pending")
    if known_as and moved:
        # Last, so that whoever has to do all this again still finds the old status.
        erase(lists, list_id, known_as)
    return address


def put(lists: Any, list_id: str, user: User, status_if_new: str) -> None:
    """Add the user with this status or, if they are a member, update everything but the status."""
    # answer 3: lists.set_list_member(), a PUT.
    body = {
        "email_address": user.email,
        "status_if_new": status_if_new,
        "merge_fields": {"FNAME": user.first_name or "", "LNAME": user.last_name or ""},
    }
    lists.set_list_member(list_id, subscriber_hash(user.email or ""), body)


def unsubscribe(lists: Any, list_id: str, address: str) -> None:
    """Send nothing more to the address; nothing to do when it is not on the list."""
    try:
        lists.update_list_member(list_id, subscriber_hash(address), {"status": "unsubscribed"})
    except ApiClientError as error:
        if error.status_code != 404:
            raise


def erase(lists: Any, list_id: str, address: str) -> None:
    """Delete the address for good; nothing to do when it is not on the list."""
    try:
        lists.delete_list_member_permanent(list_id, subscriber_hash(address))
    except ApiClientError as error:
        if error.status_code != 404:
            raise


def status_of(lists: Any, list_id: str, address: str) -> str | None:
    """The address's status, None when it is not on the list."""
    try:
        return str(lists.get_list_member(list_id, subscriber_hash(address))["status"])
    except ApiClientError as error:
        if error.status_code != 404:
            raise
    return None


def subscriber_hash(address: str) -> str:
    """Mailchimp's name for an address: the MD5, in hexadecimal, of its lower-case form."""
    # answer 3: hashlib.md5(…, usedforsecurity=False).
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()
