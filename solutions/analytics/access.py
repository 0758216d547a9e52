"""Given: who may ask for what. Nothing to write here."""

import hmac
from base64 import b64decode
from collections.abc import Callable
from typing import Annotated

from fastapi import Header, HTTPException
from pydantic import SecretStr

from .settings import Settings

Dependency = Callable[[str], None]


def require_admin(settings: Settings) -> Dependency:
    """A dependency that raises a 401 unless the request carries the token of the settings.

    Programs send it as a bearer token. People are asked for it by their browser, as the password
    of any name.
    """

    def check(authorization: Annotated[str, Header()] = "") -> None:
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "basic":
            given = _password(given)
        if scheme.lower() not in ("basic", "bearer") or not _is(settings.admin_token, given):
            asked = {"www-authenticate": 'Basic realm="analytics", charset="UTF-8"'}
            raise HTTPException(401, "not for you", headers=asked)

    return check


def require_internal(settings: Settings) -> Dependency:
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


def _password(credentials: str) -> str:
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
