"""Given: what the app reads of Clerk's user. Nothing to write here."""

from pydantic import BaseModel


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
    updated_at: int

    @property
    def primary_email(self) -> str | None:
        """The primary address, or None for a user without one."""
        for entry in self.email_addresses:
            if entry.id == self.primary_email_address_id:
                return entry.email_address
        return None
