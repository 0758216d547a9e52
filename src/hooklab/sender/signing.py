"""Sign as Svix does: HMAC-SHA256 over `{id}.{timestamp}.{body}`, one signature a secret."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

# The library behind `svix.webhooks`, which adds no step of its own to signing. Importing svix
# itself costs half a second, because it brings the whole API client.
from standardwebhooks import Webhook

from hooklab.sender.events import ClerkEvent
from hooklab.sender.ids import milliseconds

SIGNED_HEADERS = ("svix-id", "svix-timestamp", "svix-signature")
"""What Svix adds to each attempt, and signs, or signs with."""

# Svix's key size (server/svix-server/src/core/types/mod.rs); the specification allows 24 to 64.
_SECRET_BYTES = 24
# `sender-9YMgn` marks the hosted service (svix-docs, content/receiving/source-ips.mdx).
_USER_AGENT = "Svix-Webhooks/1.97.0 (sender-9YMgn)"


def new_secret(random: Random) -> str:
    """Return an endpoint's signing secret: `whsec_` and 24 bytes in base64."""
    return "whsec_" + base64.b64encode(random.randbytes(_SECRET_BYTES)).decode()


def sign(secret: str, message_id: str, at: datetime, body: str) -> str:
    """Return the signature of one attempt, `v1,` and base64.

    Args:
        secret: `whsec_…`, the endpoint's.
        message_id: goes in the `svix-id` header.
        at: the time of this attempt; an aware datetime, in any zone.
        body: the exact text of the request.

    Raises ValueError for a naive `at`.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone; use datetime.now(UTC) or an aware value")
    # The library relabels any zone as UTC instead of converting to it.
    return Webhook(secret).sign(message_id, at.astimezone(UTC), body)


def headers(
    message: ClerkEvent | str, body: str, secrets: str | Sequence[str], at: datetime
) -> dict[str, str]:
    """Return the headers of one attempt, names in lower case.

    Args:
        message: the event, or a message id.
        body: the exact text of the request.
        secrets: the endpoint's secret; several while a rotation lasts, newest first.
        at: the time of this attempt: a retry has the same id, another time and signature.
    """
    message_id = message.message_id if isinstance(message, ClerkEvent) else message
    keys = [secrets] if isinstance(secrets, str) else secrets
    return {
        "svix-id": message_id,
        "svix-timestamp": str(milliseconds(at) // 1000),
        "svix-signature": " ".join(sign(key, message_id, at, body) for key in keys),
        "content-type": "application/json",
        "user-agent": _USER_AGENT,
    }
