"""Given: the settings that this exercise alone needs. Nothing to write here."""

from pydantic import Field

from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    migration_page_size: int = Field(default=500, ge=1, le=500)
    """How many users one page of Clerk's list holds; 500 is the most that Clerk gives."""

    migration_pause_percent: float = Field(default=5.0, ge=0)
    """When more of Clerk's users than this differ from the table, in percent, webhooks pause."""
