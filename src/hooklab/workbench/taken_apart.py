"""What Svix signs, and how a receiver verifies it, step by step with the values of one delivery.

https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

# What is shown of a long body; all of it is signed.
SHOWN = 600


@dataclass(frozen=True)
class TakenApart:
    """The steps of verifying one request.

    Attributes:
        key: the secret's bytes, in hexadecimal.
        content: the beginning of what is signed: id, time and body with a full stop between them.
        size: how many bytes that is.
        digest: its HMAC-SHA256, in hexadecimal.
        signature: the same as a header carries it.
        given: what the header carries.
        agrees: whether one of those is right.
    """

    key: str
    content: str
    size: int
    digest: str
    signature: str
    given: tuple[str, ...]
    agrees: bool


def take_apart(secret: str, headers: Mapping[str, str], body: str) -> TakenApart:
    """Verify a request by hand, with the endpoint's `secret`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = ".".join((headers.get("svix-id", ""), headers.get("svix-timestamp", ""), body))
    signed = content.encode(errors="replace")
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    given = tuple(headers.get("svix-signature", "").split())
    return TakenApart(
        key=key.hex(),
        content=content if len(content) <= SHOWN else f"{content[:SHOWN]} […]",
        size=len(signed),
        digest=digest.hex(),
        signature=signature,
        given=given,
        agrees=any(hmac.compare_digest(signature.encode(), each.encode()) for each in given),
    )
