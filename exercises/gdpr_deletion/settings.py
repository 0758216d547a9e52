"""Given: the settings that this exercise alone needs. Nothing to write here."""

from typing import Annotated

from pydantic import Field, SecretStr

from hooklab.services import Drawn
from hooklab.services import Settings as CommonSettings


class Settings(CommonSettings):
    """The variables are the names of the fields in capitals; `.env.example` lists them."""

    uploads_dir: str = "uploads"
    """The folder for the files that users send; a relative one is below the working directory."""

    erasure_hash_key: Annotated[SecretStr, Drawn("erasure_")] = SecretStr("")
    """The key of the hashes by which erased people are known: any long random text.

    Whoever has it can recognise them.
    """

    erasure_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt at a step of an erasure; it doubles each time."""

    erasure_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts at a step. No step is ever given up."""

    erasure_lease_seconds: int = Field(default=300, gt=0)
    """How long claimed work of an erasure belongs to whoever claimed it."""
