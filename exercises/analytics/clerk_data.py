"""Given: what the app reads of Clerk's users and sessions. Nothing to write here."""

from typing import Any

from pydantic import BaseModel


class Verification(BaseModel):
    """How an address was proved."""

    strategy: str | None = None


class EmailAddress(BaseModel):
    """One of a user's addresses; the address itself is nobody's business here."""

    id: str
    verification: Verification | None = None


class ExternalAccount(BaseModel):
    """An account elsewhere, such as at Google; until 2024 a Google account had no `provider`."""

    object: str | None = None
    provider: str | None = None


class ClerkUser(BaseModel):
    """The `data` of `user.created`, as far as this app needs it; everything else is ignored."""

    id: str
    created_at: int
    """When they were made, in milliseconds since 1970."""
    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    primary_phone_number_id: str | None = None
    username: str | None = None
    external_accounts: list[ExternalAccount] = []
    saml_accounts: list[Any] = []
    enterprise_accounts: list[Any] = []
    web3_wallets: list[Any] = []
    public_metadata: dict[str, Any] = {}
    """Written by servers only. The browser can write `unsafe_metadata`, which is not read here."""

    @property
    def primary_email(self) -> EmailAddress | None:
        """The entry of the primary address, or None for a user without one."""
        for entry in self.email_addresses:
            if entry.id == self.primary_email_address_id:
                return entry
        return None


class Activity(BaseModel):
    """What Clerk found out about the device; it may know nothing."""

    country: str | None = None


class Actor(BaseModel):
    """The member of staff who signed in as somebody else: impersonation."""

    sub: str


class Owner(BaseModel):
    """The user of a session, as far as it matters."""

    created_at: int


class ClerkSession(BaseModel):
    """The `data` of `session.created`; everything else is ignored."""

    id: str
    user_id: str
    created_at: int
    expire_at: int
    """Both in milliseconds since 1970."""
    actor: Actor | None = None
    latest_activity: Activity | None = None
    user: Owner | None = None

    @property
    def country(self) -> str | None:
        """Where the device is, if Clerk knows."""
        return (self.latest_activity and self.latest_activity.country) or None
