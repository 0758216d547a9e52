"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    inbox_batch: int = Field(default=50, ge=1)
    """How many entries of the inbox one run of the scheduler works on at most."""

    inbox_lease_seconds: int = Field(default=300, gt=0)
    """How long a claimed entry belongs to whoever claimed it."""

    inbox_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt; it doubles after each further one."""

    inbox_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts, unless a service asks for a longer one."""

    inbox_max_attempts: int = Field(default=5, gt=0)
    """After so many attempts that failed for no known reason, an entry is parked."""

    reconcile_hours: int = Field(default=24, gt=0)
    """How often the table is compared with Clerk's list."""

    reconcile_page_size: int = Field(default=500, ge=1, le=500)
    """How many users one page of Clerk's list holds; 500 is the most that Clerk gives."""

    reconcile_brake_percent: float = Field(default=5.0, ge=0)
    """With more of the table's users missing from the list, in percent, nobody is deleted."""

    silence_hours: int = Field(default=6, gt=0)
    """How long no delivery may come before an alarm is raised."""

    silence_cooldown_hours: int = Field(default=12, gt=0)
    """How long after an alarm about silence no other one is raised."""
