"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    clerk_app_id: str = "app_yours"
    """The application's `app_…` in Clerk's dashboard, which is part of every address there."""

    integration_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed call of somebody else's service; it doubles each time."""

    integration_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two calls, unless the service itself asks for more."""

    integration_max_attempts: int = Field(default=8, gt=0)
    """After so many failed attempts a service is no longer told, and the row says so."""

    integration_lease_seconds: int = Field(default=300, gt=0)
    """How long claimed work belongs to whoever claimed it."""
