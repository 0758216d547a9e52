"""Clerk's Backend API over plain HTTP, with a time-out that fits a webhook's deadline."""

import httpx

from hooklab.services.settings import Settings

TIMEOUT_SECONDS = 5

# Reading the certificates of all authorities takes longer than a request: once is enough.
_TLS = httpx.create_ssl_context()


def clerk_api_client(settings: Settings) -> httpx.Client:
    """An HTTP client with the address and the secret key of the settings; it tries once.

    Paths begin with `/v1`: `client.get("/v1/users", params={"limit": 500})`. One client serves all
    threads of an app. Errors are those of httpx: `httpx.TransportError` when no answer came, and
    `httpx.HTTPStatusError` from `answer.raise_for_status()`. Clerk's own client, the package
    `clerk-backend-api`, repeats a call for up to an hour unless it is told not to.
    """
    key = settings.clerk_secret_key.get_secret_value()
    return httpx.Client(
        base_url=settings.clerk_api_url,
        headers={"authorization": f"Bearer {key}"},
        timeout=TIMEOUT_SECONDS,
        verify=_TLS,
    )
