"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    monitoring_time_zone: str = "Europe/Paris"
    """The zone in which the days of the webhook statistics begin, by its IANA name."""

    failure_alert_percent: float = Field(default=5.0, ge=0, lt=100)
    """When more webhooks than this have failed, in percent, an alert is raised."""

    failure_alert_window_minutes: int = Field(default=60, gt=0)
    """How far back webhooks count for that."""

    failure_alert_minimum: int = Field(default=20, gt=0)
    """Fewer webhooks than this say nothing."""

    failure_alert_cooldown_minutes: int = Field(default=60, gt=0)
    """How long after an alert no other one is raised."""
