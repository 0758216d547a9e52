"""The first address is taken for the primary one.

Loses: a_user_is_kept_in_step, the_envelope_says_what_changed
"""

from pydantic import BaseModel, Field

from .models import GONE


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
    updated_at: int = Field(ge=0, lt=GONE)
    """The version of these data, in milliseconds."""

    @property
    def primary_email(self) -> str | None:
        """The primary address, or None for a user without one."""
        return self.email_addresses[0].email_address if self.email_addresses else None


class DeletedUser(BaseModel):
    """The `data` of `user.deleted`: which user it was."""

    id: str
