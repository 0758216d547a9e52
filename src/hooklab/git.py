"""git as a tool: for the history of the course, and for patches to plain files."""

import os
import subprocess
from pathlib import Path

from hooklab.errors import HooklabError
from hooklab.texts import _


def history(root: Path, *arguments: str) -> bytes:
    """What git tells of the checkout at `root`; nothing when it fails or is not installed."""
    try:
        return _run(root, arguments, b"", dict(os.environ)).stdout
    except OSError:
        return b""


def git(folder: Path, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[bytes]":
    """Run git on the files of `folder`, as if it were part of no checkout.

    Nobody's settings count here, neither files nor variables, and no hook's repository: they
    change what git prints and takes.

    Args:
        given: what git reads from its standard input.

    Raises:
        HooklabError: git is not installed.
    """
    try:
        return _run(folder, arguments, given.encode(), alone(folder))
    except OSError:
        raise HooklabError(_("git is not installed"), _("install it from git-scm.com")) from None


def alone(folder: Path) -> dict[str, str]:
    """The variables with which git in `folder` knows nobody's settings and no other checkout."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return inherited | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
        "LC_ALL": "C",
    }


def _run(
    folder: Path, arguments: tuple[str, ...], given: bytes, environment: dict[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    command = ["git", "-C", str(folder), *arguments]
    # Bytes: in text mode, Windows would change the line ends on their way.
    return subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
