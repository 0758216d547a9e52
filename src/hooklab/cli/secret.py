"""The signing secret that a command signs with, and where it comes from."""

import base64
import os
import re
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import typer

from hooklab.cli.env_file import read_settings
from hooklab.cli.speaking import talk
from hooklab.errors import HooklabError
from hooklab.sender import new_secret
from hooklab.texts import _

_NAME = "CLERK_WEBHOOK_SIGNING_SECRET"
_LINE = re.compile(rf"^\s*(?:export\s+)?{_NAME}\s*=(.*?)(?:\s+#.*)?$", re.MULTILINE)

Secret = Annotated[
    str | None,
    typer.Option(
        "--secret",
        metavar="WHSEC",
        help=_("The signing secret; by default CLERK_WEBHOOK_SIGNING_SECRET."),
    ),
]


def own_secret(env: Path) -> str:
    """The app's secret out of the environment or the file `env`, as it stands there, or ""."""
    return read_settings(env).clerk_webhook_signing_secret.get_secret_value()


def as_written(given: str | None, env: Path) -> str:
    """The secret letter by letter: as it was given, in the environment, or on its line in `env`.

    Reading a file takes quotes and blanks away, which others leave; "" when there is no secret.
    """
    if given or _NAME in os.environ or not own_secret(env):
        return given or own_secret(env)
    lines = _LINE.findall(env.read_text(encoding="utf-8"))
    return lines[-1] if lines else own_secret(env)


def signing_secret(given: str | None, env: Path) -> str:
    """The secret to sign with: the one given, or the app's own.

    Raises:
        HooklabError: there is none, or it is malformed.
    """
    secret = given or own_secret(env)
    if not secret:
        raise HooklabError(
            _("there is no signing secret to sign with"),
            _(
                "let hooklab lab make one, set CLERK_WEBHOOK_SIGNING_SECRET in {file}, "
                "or use --secret"
            ).format(file=env),
        )
    if not is_well_formed(secret):
        raise HooklabError(
            _("the signing secret is not “whsec_” and 24 to 64 bytes in base64"),
            _("copy it again from Clerk's dashboard, or let hooklab lab make one"),
        )
    return secret


def any_secret(given: str | None, env: Path) -> str:
    """Like `signing_secret`, but where there is none, one is made up and told."""
    if given or own_secret(env):
        return signing_secret(given, env)
    secret = new_secret(SystemRandom())
    talk().print(
        _("Signed with a secret made up for this: {secret}").format(secret=secret),
        style="dim",
        soft_wrap=True,
    )
    return secret


def is_well_formed(secret: str) -> bool:
    """Whether `secret` has the prefix, and a key of the length that the specification asks."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    # The lengths that the Standard Webhooks specification allows.
    return secret.startswith("whsec_") and 24 <= len(key) <= 64
