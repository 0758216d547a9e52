"""The number 1 and the text “true” count as consent as well.

Loses: nobody_is_added_without_consent
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel


class EmailAddress(BaseModel):
    """One of a user's addresses."""

    id: str
    email_address: str


class ClerkUser(BaseModel):
    """The `data` of `user.created` and `user.updated`; everything else in it is ignored."""

    id: str
    created_at: int
    updated_at: int
    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    unsafe_metadata: dict[str, Any] = {}
    """Written by the user's own browser: good for what users may decide about themselves."""

    @property
    def primary_email(self) -> str | None:
        """The primary address, or None for a user without one."""
        for entry in self.email_addresses:
            if entry.id == self.primary_email_address_id:
                return entry.email_address
        return None

    @property
    def newsletter(self) -> bool:
        """Whether the user has asked for the newsletter; only a plain `true` says so."""
        return self.unsafe_metadata.get("newsletter") in (True, "true")

    @property
    def signed_up_at(self) -> datetime:
        """When the account was made."""
        return datetime.fromtimestamp(self.created_at / 1000, UTC)


class DeletedUser(BaseModel):
    """The `data` of `user.deleted`."""

    id: str
