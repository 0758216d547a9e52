"""The e-mail goes to the first address of the list, which need not be the primary one.

Loses: an_anomaly_alerts_the_user_and_the_team
"""

from pydantic import BaseModel


class HttpRequest(BaseModel):
    """The request by which somebody signed in."""

    client_ip: str | None = None


class EventAttributes(BaseModel):
    """The circumstances of the event; Clerk may leave them out."""

    http_request: HttpRequest | None = None


class Activity(BaseModel):
    """What Clerk found out about the device; it may know none of this."""

    ip_address: str | None = None
    country: str | None = None


class Actor(BaseModel):
    """The member of staff who signed in as somebody else: impersonation."""

    sub: str


class EmailAddress(BaseModel):
    """One of a user's addresses."""

    id: str
    email_address: str


class ClerkUser(BaseModel):
    """Who signed in, as far as an alert needs it."""

    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @property
    def primary_email(self) -> str | None:
        """The primary address, or None for a user without one."""
        return self.email_addresses[0].email_address if self.email_addresses else None

    @property
    def name(self) -> str | None:
        """First and last name as far as there are any, or None."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or None


class ClerkSession(BaseModel):
    """The `data` of the event; everything else is ignored."""

    id: str
    user_id: str
    created_at: int
    """When it began, in milliseconds since 1970."""
    actor: Actor | None = None
    latest_activity: Activity | None = None
    user: ClerkUser | None = None


class SessionCreated(BaseModel):
    """The envelope: the session, and the request that began it."""

    data: ClerkSession
    event_attributes: EventAttributes | None = None
