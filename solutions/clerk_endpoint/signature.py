"""Who may speak, and how much: TODO 1 and 2, begin here. Lesson: course/*/module-2-endpoint.md"""

import base64
import binascii

from fastapi import Request
from pydantic import SecretStr
from svix.webhooks import Webhook, WebhookVerificationError

HEADERS = ("svix-id", "svix-timestamp", "svix-signature")
"""What a signature is made of, beside the body."""

LARGEST_BODY = 1024 * 1024
"""Svix sends messages of at most 1 MiB."""

SHORTEST_KEY = 24
"""Bytes in a signing secret: the Standard Webhooks specification asks for 24 to 64."""


class Refused(Exception):
    """A delivery that is not let in: answered with `status`, and `reason` in plain words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def make_webhook(secret: SecretStr) -> Webhook:
    """The verifier for `secret`, which must be `whsec_` and the base64 of at least 24 bytes.

    Anything else raises ValueError, so that the app does not start with a door that is open or
    that nobody can pass.
    """
    # answer 1: refuse a secret that is not as described.
    text = secret.get_secret_value()
    if not text.startswith("whsec_"):
        raise ValueError("CLERK_WEBHOOK_SIGNING_SECRET must begin with whsec_")
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("CLERK_WEBHOOK_SIGNING_SECRET is not base64 after whsec_") from None
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"CLERK_WEBHOOK_SIGNING_SECRET holds {len(key)} bytes, too few")
    return Webhook(text)


async def read_signed_body(request: Request, webhook: Webhook) -> bytes:
    """The raw body of `request`, once its signature has been verified.

    A body over LARGEST_BODY raises Refused(413, …), a signature that does not hold Refused(401, …).
    """
    # answer 2: read the bytes, count them, verify them.
    body = bytearray()
    # Counted while it arrives: a Content-Length can be missing or wrong.
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refused(413, "the body is too large")
    # Only these: the library also reads `webhook-*`, and the id in the log must be the signed one.
    signed = {name: request.headers.get(name, "") for name in HEADERS}
    try:
        webhook.verify(bytes(body), signed)
    except (WebhookVerificationError, ValueError):
        # svix lets some malformed headers and bodies through as plain ValueErrors.
        raise Refused(401, "the signature does not hold") from None
    return bytes(body)
