"""Who has asked for it is on the mailing list: TODO 3. Lesson: course/*/lessons/"""

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
    # TODO 3: erase, unsubscribe or put.
    # A new address: put it, unsubscribed if status_of() says so of the old one; then erase the old.
    raise NotImplementedError("sync(): TODO 3 is still open, in newsletter.py")


def put(lists: Any, list_id: str, user: User, status_if_new: str) -> None:
    """Add the user with this status or, if they are a member, update everything but the status."""
    # TODO 3: lists.set_list_member(), a PUT.
    raise NotImplementedError("put(): TODO 3 is still open, in newsletter.py")


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
    # TODO 3: hashlib.md5(…, usedforsecurity=False).
    raise NotImplementedError("subscriber_hash(): TODO 3 is still open, in newsletter.py")
