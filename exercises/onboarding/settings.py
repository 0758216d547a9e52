"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    onboarding_reminder_hours: int = Field(default=48, gt=0)
    """How long after sign-up somebody is reminded of an onboarding that is not complete."""
