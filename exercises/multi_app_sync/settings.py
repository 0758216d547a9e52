"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    sync_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt; it doubles after each further one."""

    sync_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts, unless the application asks for a longer one."""

    sync_lease_seconds: int = Field(default=300, gt=0)
    """How long a claimed message belongs to whoever claimed it."""
