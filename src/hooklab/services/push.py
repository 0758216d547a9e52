"""Expo's push service over plain HTTP, with a time-out that fits a webhook's deadline."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from hooklab.services.settings import Settings

TIMEOUT_SECONDS = 5


def push_client(settings: Settings) -> httpx.Client:
    """An HTTP client with the address and the access token of the settings; it tries once."""
    token = settings.expo_access_token.get_secret_value()
    return httpx.Client(
        base_url=settings.expo_push_url,
        headers={"authorization": f"Bearer {token}"},
        timeout=TIMEOUT_SECONDS,
    )


def send_push(client: httpx.Client, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Send `messages` (each `{"to": token, "title": …, "body": …}`), a hundred at most.

    Returns:
        A ticket for each, in the same order: `{"status": "ok", "id": …}`, or `"error"` with the
        reason in `details.error`. `DeviceNotRegistered` means: forget this token.

    Raises:
        httpx.HTTPStatusError: Expo refused the whole request; nothing was sent.
        httpx.TransportError: no answer came; the notifications may be on their way.
    """
    answer = client.post("/--/api/v2/push/send", json=list(messages))
    answer.raise_for_status()
    tickets: list[dict[str, Any]] = answer.json()["data"]
    return tickets
