"""Given: the settings that this exercise alone needs. Nothing to write here."""

from typing import Annotated

from hooklab.services import Drawn
from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    docs_url: Annotated[str, Drawn("https://docs-", 6, ".example.com")] = (
        "http://localhost:8000/docs"
    )
    """Where new users find the documentation."""

    welcome_offer_code: Annotated[str, Drawn("HELLO", 4, of="0123456789ABCDEF")] = "WELCOME"
    """The new-user offer that the welcome e-mail carries."""
