"""Consent is read where servers write.

Loses: consent_makes_a_pending_member, nobody_is_added_without_consent, a_lost_answer_leaves_one_member, withdrawn_consent_unsubscribes, a_service_that_is_down_holds_up_no_other, a_service_that_hangs_holds_up_no_other, a_crash_loses_and_doubles_nothing, neither_people_nor_secrets_are_printed
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
    public_metadata: dict[str, Any] = {}
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
        return self.public_metadata.get("newsletter") is True

    @property
    def signed_up_at(self) -> datetime:
        """When the account was made."""
        return datetime.fromtimestamp(self.created_at / 1000, UTC)


class DeletedUser(BaseModel):
    """The `data` of `user.deleted`."""

    id: str
