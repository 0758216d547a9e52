"""From an HTTP request to a verified event, or to an HTTP error."""

import json
import re
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException, Request
from pydantic import SecretStr
from svix.webhooks import Webhook, WebhookVerificationError

# Svix sends messages of at most 1 MiB (docstring of `svix.api.message`).
LARGEST_BODY = 1024 * 1024

# Sound JSON, and still nothing that UTF-8 or a text of PostgreSQL can hold.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT = "\ufffd"

# Clerk's have some thirty letters, and no index of PostgreSQL takes three thousand.
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Event:
    """A delivery whose signature was verified.

    Attributes:
        message_id: `svix-id`, the same for every delivery of the same message.
        type: such as `user.created`.
        data: the resource: a user, a session…
        payload: the whole envelope.
    """

    message_id: str
    type: str
    data: dict[str, Any]
    payload: dict[str, Any]


async def read_event(request: Request, secret: SecretStr) -> Event:
    """The event in `request`, verified before anything else looks at it.

    Clerk passes on what people type. A NUL, or half of a surrogate pair, comes as U+FFFD, so that
    every text of the event can be stored, printed and sent: refused, it would be tried again for
    a day, and its user would be missing.

    Args:
        request: the delivery; its body has not been parsed.
        secret: the endpoint's signing secret.

    Raises:
        HTTPException: 413 for a body over 1 MiB, 401 for a signature that does not hold, 400 for a
            signed body that is no event, such as one with an id of over 255 letters.
    """
    raw = await _bounded_body(request)
    try:
        Webhook(secret.get_secret_value()).verify(raw, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        # ValueError: a malformed signature header, bad base64, a body that is not UTF-8.
        raise HTTPException(401, "the signature does not hold") from None
    return _parse(raw, request.headers["svix-id"])


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "the body is too large")
    return bytes(body)


def _parse(raw: bytes, message_id: str) -> Event:
    try:
        payload = json.loads(raw)
        # Both have to be escaped.
        if b"\\u" in raw:
            payload = _storable(payload)
        event = Event(message_id, payload["type"], payload["data"], payload)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise HTTPException(400, "this is not an event") from None
    if not isinstance(event.type, str) or not isinstance(event.data, dict):
        raise HTTPException(400, "this is not an event")
    names = (event.type, event.data.get("id"), event.data.get("user_id"))
    if any(isinstance(name, str) and len(name) > _LONGEST_NAME for name in names):
        raise HTTPException(400, "this is not an event")
    return event


def _storable(value: Any) -> Any:
    match value:
        case str():
            return _UNSTORABLE.sub(_REPLACEMENT, value)
        case list():
            return [_storable(each) for each in value]
        case dict():
            return {_storable(key): _storable(each) for key, each in value.items()}
    return value
