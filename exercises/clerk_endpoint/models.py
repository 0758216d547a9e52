"""Given: the tables, and what fits into them. Nothing to write here."""

from typing import Annotated

from pydantic import StringConstraints
from sqlmodel import BigInteger, Field, SQLModel

Text = Annotated[str, StringConstraints(pattern=r"\A[^\x00]*\z")]
"""What every column can hold: PostgreSQL stores no NUL. Half an emoji is no `str` for pydantic."""

Id = Annotated[Text, StringConstraints(max_length=255)]
"""Clerk's have some thirty letters, and no index of PostgreSQL takes three thousand."""


class User(SQLModel, table=True):
    """A person, as the app shows them."""

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    version: int = Field(sa_type=BigInteger)
    """Clerk's `updated_at` of the data in this row, in milliseconds."""


class UserVersion(SQLModel, table=True):
    """The newest version seen of each user, whether the user still exists or not."""

    __tablename__ = "user_version"

    clerk_id: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)


GONE = 2**63 - 1
"""The version of a deleted user: nothing is newer, so nothing comes after it."""
