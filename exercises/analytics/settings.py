"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    analytics_time_zone: str = "Europe/Paris"
    """The zone in which analytics' hours and days are counted, by its IANA name."""

    analytics_signup_session_seconds: int = Field(default=60, ge=0)
    """A session that begins sooner than this after its user was made belongs to the sign-up."""

    analytics_message_prefix: str = "hooklab-"
    """What the ids of messages to Segment begin with: other companies' ids share its memory."""
