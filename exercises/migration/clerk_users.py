"""Given: Clerk's users, from its Backend API and in its webhooks. Nothing to write here."""

from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from hooklab.services.clerk_api import clerk_api_client

from .settings import Settings


class EmailAddress(BaseModel):
    """One of a user's addresses."""

    id: str
    email_address: str


class ClerkUser(BaseModel):
    """A user, as far as this app needs one; everything else is ignored."""

    id: str
    updated_at: int
    email_addresses: list[EmailAddress] = []
    primary_email_address_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @property
    def primary_email(self) -> str | None:
        """The primary address, or None for a user without one."""
        for entry in self.email_addresses:
            if entry.id == self.primary_email_address_id:
                return entry.email_address
        return None


class ClerkUnavailable(Exception):
    """Clerk's API did not answer, or answered with an error."""


class RateLimited(ClerkUnavailable):
    """Clerk's API was asked too often: ask again after `wait`, not earlier."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"again in {wait}")
        self.wait = wait


class CursorGone(Exception):
    """The list cannot be continued: the user after whom it was to go on is no longer in it."""


class ClerkUsers:
    """Clerk's list of users; each call asks once.

    Args:
        settings: the address and the key of Clerk's API.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = clerk_api_client(settings)

    def find(self, clerk_id: str) -> ClerkUser | None:
        """The user, or None when Clerk has none of this id; may raise ClerkUnavailable."""
        answer = self._get(f"/v1/users/{clerk_id}")
        if answer.status_code == 404:
            return None
        return _read(answer, TypeAdapter(ClerkUser))

    def page(self, after: str | None, size: int) -> list[ClerkUser]:
        """At most `size` users, oldest first; a page with fewer is the last.

        Args:
            after: the id of the last user of the page before; None for the first page.
            size: 500 at most.

        Raises:
            RateLimited: with the time to wait.
            ClerkUnavailable: any other failure.
            CursorGone: `after` was deleted meanwhile.
        """
        query: dict[str, str | int] = {"limit": size, "order_by": "+created_at"}
        if after is not None:
            query["starting_after"] = after
        answer = self._get("/v1/users", query)
        if after is not None and answer.status_code == 422:
            raise CursorGone(after)
        return _read(answer, TypeAdapter(list[ClerkUser]))

    def _get(self, path: str, query: dict[str, str | int] | None = None) -> httpx.Response:
        try:
            answer = self._client.get(path, params=query)
        except httpx.HTTPError as error:
            raise ClerkUnavailable(type(error).__name__) from None
        if answer.status_code == 429:
            seconds = answer.headers.get("retry-after", "")
            raise RateLimited(timedelta(seconds=int(seconds) if seconds.isdecimal() else 10))
        return answer


def _read(answer: httpx.Response, kind: TypeAdapter[Any]) -> Any:
    if not answer.is_success:
        raise ClerkUnavailable(str(answer.status_code))
    try:
        return kind.validate_json(answer.content)
    except ValidationError:
        # Its text quotes the user.
        raise ClerkUnavailable("an answer that cannot be read") from None
