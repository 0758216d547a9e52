"""A realistic crowd: every way of signing up, in the mix that a grown user list has."""

from typing import Any

from hooklab.sender.clerk import Clerk
from hooklab.sender.events import ClerkEvent

# One turn of the wheel; most come by e-mail, and each rare kind is in it.
_KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"via": "google", "has_image": True},
    {"locale": "fr-FR"},
    {"verified": False},
    {"via": "phone"},
    {"last_name": None},
    {"via": "google_legacy"},
    {"via": "dashboard"},
    {"via": "username", "first_name": None, "last_name": None},
    {"has_image": True},
    {"via": "saml"},
    {"via": "import"},
    {"via": "web3", "first_name": None, "last_name": None},
    {"via": "api", "external_id": None},
)


def crowd(clerk: Clerk, count: int) -> list[ClerkEvent]:
    """Sign up `count` users of every kind and return their `user.created`."""
    return [clerk.user_created(**_KINDS[number % len(_KINDS)]) for number in range(count)]
