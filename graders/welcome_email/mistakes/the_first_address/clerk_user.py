"""The first address is taken for the primary one.

Loses: the_mail_goes_to_the_primary_address_alone
"""

from typing import Any

from pydantic import BaseModel


class EmailAddress(BaseModel):
    """One of a user's addresses."""

    id: str
    email_address: str


class ClerkUser(BaseModel):
    """The `data` of `user.created`, as far as this app needs it; everything else is ignored."""

    id: str
    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    public_metadata: dict[str, Any] = {}
    """Written by servers only. The browser can write `unsafe_metadata`, which is not read here."""

    @property
    def primary_email(self) -> str | None:
        """The primary address, or None for a user without one."""
        return self.email_addresses[0].email_address if self.email_addresses else None
