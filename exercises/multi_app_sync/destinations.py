"""Given: who is told, where, and with which secrets. Nothing to write here."""

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from .settings import Settings

PATH = "/webhooks/user-sync"
SHORTEST_KEY = 24


@dataclass(frozen=True)
class Destination:
    """An application that is told of every change.

    Attributes:
        name: what the outbox calls it.
        url: where its messages go.
        secrets: one, or two while it is being changed.
    """

    name: str
    url: str
    secrets: tuple[str, ...]


def destinations(settings: Settings) -> list[Destination]:
    """The applications of the settings; an address or a secret of no use raises ValueError.

    Addresses are configuration, never data: no event decides where a message goes.
    """
    return [
        _destination("mobile", settings.mobile_app_url, settings.mobile_app_secret),
        _destination("admin", settings.admin_app_url, settings.admin_app_secret),
        _destination("billing", settings.billing_app_url, settings.billing_app_secret),
    ]


def _destination(name: str, url: str, secret: SecretStr) -> Destination:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"the address of {name} is no http address")
    secrets = tuple(secret.get_secret_value().split())
    if not secrets or not all(map(_is_secret, secrets)):
        raise ValueError(f"the secret of {name} is not whsec_ and base64 of at least 24 bytes")
    return Destination(name, url.rstrip("/") + PATH, secrets)


def _is_secret(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and len(key) >= SHORTEST_KEY
