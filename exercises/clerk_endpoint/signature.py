"""Who may speak, and how much: TODO 1 and 2, begin here. Lesson: course/*/module-2-endpoint.md"""

from fastapi import Request
from pydantic import SecretStr
from svix.webhooks import Webhook

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
    # TODO 1: refuse a secret that is not as described.
    raise NotImplementedError("make_webhook(): TODO 1 is still open, in signature.py")


async def read_signed_body(request: Request, webhook: Webhook) -> bytes:
    """The raw body of `request`, once its signature has been verified.

    A body over LARGEST_BODY raises Refused(413, …), a signature that does not hold Refused(401, …).
    """
    # TODO 2: read the bytes, count them, verify them.
    raise NotImplementedError("read_signed_body(): TODO 2 is still open, in signature.py")
