"""An event as Clerk hands it to Svix: the message id, the envelope and its exact text."""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from random import SystemRandom
from typing import Any

from hooklab.sender.ids import ksuid

# A sender's serialiser is never the receiver's. As Go's encoder does, this one escapes `<`, `>`,
# `&` and the two line separators. It also escapes Latin-1 and leaves every other letter raw, so
# that both spellings occur and a re-serialised user never keeps its signature. Halves of
# surrogate pairs have no other spelling at all. A pattern: `str.translate` takes ten times as long.
_ESCAPED = re.compile("[<>&\u2028\u2029\u00a0-\u00ff\ud800-\udfff]")


def _random_message_id() -> str:
    return f"msg_{ksuid(SystemRandom(), datetime.now(UTC))}"


@dataclass(frozen=True)
class ClerkEvent:
    """One thing that happened in Clerk, ready to be signed and delivered.

    Args:
        message_id: Svix's `msg_…`; every attempt and every resend of this message keeps it.
        type: such as "user.created".
        payload: the whole envelope; treat it as read-only and use `changed`.
        occurred_at: when it happened, aware, UTC.
        text: the exact body to send instead of the payload's own text, see `with_body`.
        new_message_id: where `again` gets another one.
    """

    message_id: str
    type: str
    payload: dict[str, Any]
    occurred_at: datetime
    text: str | None = None
    new_message_id: Callable[[], str] = field(default=_random_message_id, repr=False, compare=False)

    @cached_property
    def body(self) -> str:
        """The JSON text that is signed and sent, character for character."""
        if self.text is not None:
            return self.text
        compact = json.dumps(self.payload, ensure_ascii=False, separators=(",", ":"))
        return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", compact)

    @property
    def data(self) -> dict[str, Any]:
        """The resource: a user, a session, an e-mail…"""
        data: dict[str, Any] = self.payload["data"]
        return data

    @property
    def user(self) -> dict[str, Any] | None:
        """The user that the payload carries, also inside a session; None when it has none."""
        user: dict[str, Any] | None = (
            self.data if self.data.get("object") == "user" else self.data.get("user")
        )
        return user

    @property
    def user_id(self) -> str | None:
        """The id of the user whom the event is about, or None."""
        user_id: str | None = self.user["id"] if self.user else self.data.get("user_id")
        return user_id

    @property
    def email(self) -> str | None:
        """The primary address of the user in the payload, or None."""
        return primary_address(self.user or {})

    @property
    def name(self) -> str | None:
        """The first and last name that the payload carries, or None when it has neither."""
        user = self.user or {}
        return " ".join(filter(None, (user.get("first_name"), user.get("last_name")))) or None

    @property
    def updated_at_ms(self) -> int | None:
        """The version of the resource, `data.updated_at`; None for a deletion."""
        return self.data.get("updated_at")

    def again(self) -> "ClerkEvent":
        """Return the same change under another message id."""
        return replace(self, message_id=self.new_message_id())

    def changed(self, *, new_id: bool = False, **data: Any) -> "ClerkEvent":
        """Return a copy whose `data` has these keys replaced; the message id stays.

        The directory does not learn of it: use `Clerk.user_updated` for a change that lasts.
        """
        payload = copy.deepcopy(self.payload)
        payload["data"].update(copy.deepcopy(data))
        message_id = self.new_message_id() if new_id else self.message_id
        return replace(self, payload=payload, message_id=message_id, text=None)

    def renamed(self, type: str) -> "ClerkEvent":  # noqa: A002 - the envelope's own word
        """Return a copy of another type with the same data and message id."""
        return replace(self, type=type, payload={**self.payload, "type": type}, text=None)

    def with_body(self, text: str) -> "ClerkEvent":
        """Return a copy that sends exactly this text, which need not be JSON."""
        return replace(self, text=text)


def primary_address(user: dict[str, Any]) -> str | None:
    """Return the address whose id is `primary_email_address_id`, or None.

    The list's order means nothing, and the id may point at no entry at all.
    """
    primary = user.get("primary_email_address_id")
    for entry in user.get("email_addresses", []):
        if primary is not None and entry.get("id") == primary:
            address: str = entry["email_address"]
            return address
    return None
