"""Given: what the app reads of Clerk's user. Nothing to write here."""

from pydantic import BaseModel


class Verification(BaseModel):
    """How far the proof of an address has come."""

    status: str | None = None
    """Such as "verified" or "unverified", as Clerk says."""


class EmailAddress(BaseModel):
    """One of a user's addresses."""

    id: str
    email_address: str
    verification: Verification | None = None
    """None is allowed: nobody has asked for a proof yet."""


class ClerkUser(BaseModel):
    """The `data` of `user.created` and `user.updated`, as far as this app needs it."""

    id: str
    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    has_image: bool = False
    """Whether the user has chosen a photo."""
    image_url: str | None = None
    """Always filled: Clerk draws a picture for whoever has chosen none."""
    created_at: int
    """When the account was made, in milliseconds since 1970."""
    updated_at: int
    """The version of this data, in milliseconds since 1970."""

    @property
    def primary_address(self) -> EmailAddress | None:
        """The entry of the primary address, or None for a user without one."""
        for entry in self.email_addresses:
            if entry.id == self.primary_email_address_id:
                return entry
        return None
