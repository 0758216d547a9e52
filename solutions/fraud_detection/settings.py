"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    fraud_max_countries: int = Field(default=3, ge=1)
    """Sign-ins from more countries than this within `fraud_countries_hours` are suspicious."""

    fraud_countries_hours: int = Field(default=24, gt=0)
    """The window in which countries are counted."""

    fraud_max_sessions: int = Field(default=5, ge=1)
    """More sessions than this within `fraud_sessions_minutes` are suspicious."""

    fraud_sessions_minutes: int = Field(default=10, gt=0)
    """The window in which sessions are counted."""

    fraud_absence_days: int = Field(default=90, gt=0)
    """A sign-in after a longer absence than this is suspicious."""

    fraud_cooldown_hours: int = Field(default=24, gt=0)
    """How long a rule that has raised an alert is silent for the same user."""

    fraud_rules_off: str = ""
    """Names of rules that are switched off, with commas; a misspelt name switches nothing off."""

    alert_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt to send an alert; it doubles after each one."""

    alert_retry_cap_seconds: int = Field(default=900, gt=0)
    """The longest delay between two attempts to send an alert."""

    alert_max_attempts: int = Field(default=100, gt=0)
    """After so many failed attempts an alert is given up."""

    session_ip_retention_days: int = Field(default=30, gt=0)
    """After so many days the IP address of a session is forgotten."""
