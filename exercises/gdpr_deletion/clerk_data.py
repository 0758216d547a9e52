"""Given: what the app reads of Clerk's events. Nothing to write here."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from hooklab.webhooks import Event

SECONDS_AT_MOST = 10**11
LONGEST_ADDRESS = 254
"""No mail server takes more letters."""


class EmailAddress(BaseModel):
    """One of a user's addresses."""

    id: str
    email_address: str


class ClerkUser(BaseModel):
    """The `data` of `user.created` and `user.updated`, as far as this app needs it."""

    id: str
    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    updated_at: int = Field(ge=0, lt=2**63)
    private_metadata: dict[str, Any] | None = None
    """Only servers read and write it: here our shop has left the id of the Stripe customer."""

    @property
    def primary_email(self) -> str | None:
        """The primary address, or None for a user without one."""
        for entry in self.email_addresses:
            if entry.id == self.primary_email_address_id:
                return entry.email_address
        return None

    @property
    def addresses(self) -> list[str]:
        """All addresses, each once; what is too long to be one is left out."""
        found = {entry.email_address for entry in self.email_addresses}
        return sorted(each for each in found if len(each) <= LONGEST_ADDRESS)

    @property
    def stripe_customer_id(self) -> str | None:
        """The customer at Stripe, or None for somebody who has never bought anything."""
        found = (self.private_metadata or {}).get("stripe_customer_id")
        return found if isinstance(found, str) else None


class Activity(BaseModel):
    """Where somebody signed in."""

    ip_address: str | None = None
    country: str | None = None


class ClerkSession(BaseModel):
    """The `data` of `session.created`, as far as this app needs it."""

    id: str
    user_id: str
    latest_activity: Activity | None = None


class Deleted(BaseModel):
    """The `data` of `user.deleted`: nothing but who it was."""

    id: str


def happened_at(event: Event) -> datetime:
    """When it happened, says Clerk: in milliseconds as deliveries have it, or in seconds.

    An envelope without a time counts as one of now.
    """
    stamp = event.payload.get("timestamp")
    if not isinstance(stamp, int | float):
        return datetime.now(UTC)
    seconds = stamp / 1000 if stamp > SECONDS_AT_MOST else stamp
    return datetime.fromtimestamp(seconds, UTC)
