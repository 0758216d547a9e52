"""Given: who may see the administration. Nothing to write here."""

import hmac
from base64 import b64decode
from collections.abc import Callable
from typing import Annotated

from fastapi import Header, HTTPException
from pydantic import SecretStr

from .settings import Settings

PROGRAM = "program"
LONGEST_NAME = 100


def require_admin(settings: Settings) -> Callable[[str], str]:
    """A dependency that raises a 401 unless the request carries the token; it gives who asks.

    Programs send the token as a bearer token. People are asked by their browser for a name of
    their choice, and for the token as the password. From then on the browser sends both with
    every request to this site, whichever page has caused it.
    """

    def check(authorization: Annotated[str, Header()] = "") -> str:
        scheme, _, given = authorization.partition(" ")
        name = PROGRAM
        if scheme.lower() == "basic":
            name, given = _credentials(given)
        if scheme.lower() not in ("basic", "bearer") or not _is(settings.admin_token, given):
            asked = {"www-authenticate": 'Basic realm="webhooks", charset="UTF-8"'}
            raise HTTPException(401, "not for you", headers=asked)
        return name[:LONGEST_NAME]

    return check


def require_cron(settings: Settings) -> Callable[[str], None]:
    """A dependency that raises a 401 unless the request carries the cron's secret."""

    def check(authorization: Annotated[str, Header()] = "") -> None:
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() != "bearer" or not _is(settings.cron_secret, given):
            raise HTTPException(401, "not for you")

    return check


def _is(secret: SecretStr, given: str) -> bool:
    wanted = secret.get_secret_value()
    # An empty secret opens to nobody.
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _credentials(text: str) -> tuple[str, str]:
    try:
        name, _, password = b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name, password
