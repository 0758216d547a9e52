"""Given: who is asking. Nothing to write here.

With Clerk the browser sends a session token, and your app verifies it with Clerk's public key.
Here the token is `<user id>.<expiry, in seconds since 1970>.<signature>`, signed with
`SESSION_SECRET`, so that the exercise runs without a browser.
"""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Header, HTTPException

from .settings import Settings


def session_token(settings: Settings, clerk_id: str, expires: datetime) -> str:
    """A token that says until `expires` that its bearer is the user `clerk_id`."""
    claims = f"{clerk_id}.{int(expires.timestamp())}"
    return f"{claims}.{_signature(settings, claims)}"


def require_user(settings: Settings) -> Callable[[str], str]:
    """A dependency that gives the id of the user who asks, and raises a 401 for anybody else."""

    def current_user(authorization: Annotated[str, Header()] = "") -> str:
        scheme, _, token = authorization.partition(" ")
        claims, _, signature = token.rpartition(".")
        clerk_id, _, expiry = claims.rpartition(".")
        # An empty secret would let anybody sign.
        if (
            scheme.lower() != "bearer"
            or not settings.session_secret.get_secret_value()
            or not hmac.compare_digest(signature.encode(), _signature(settings, claims).encode())
            or int(expiry) <= datetime.now(UTC).timestamp()
        ):
            raise HTTPException(401, "sign in first")
        return clerk_id

    return current_user


def _signature(settings: Settings, claims: str) -> str:
    key = settings.session_secret.get_secret_value().encode()
    return hmac.new(key, claims.encode(), "sha256").hexdigest()
