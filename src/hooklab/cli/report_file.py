"""Writing a report where a person wants it."""

import os
from pathlib import Path

from hooklab.errors import HooklabError, reason_of
from hooklab.texts import _


def check_writable(path: Path) -> None:
    """Refuse a file that cannot be written, before a minute is spent on its content."""
    if path.is_dir():
        raise HooklabError(
            _("{path} is a folder").format(path=path), _("name a file for the report")
        )
    if not path.parent.is_dir():
        raise HooklabError(
            _("the folder {folder} does not exist").format(folder=path.parent),
            _("make it, or choose another file"),
        )
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise _refused(path, _("permission denied"))


def write(path: Path, text: str) -> None:
    """Write `text` to `path`; HooklabError when that cannot be done."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`; HooklabError when that cannot be done."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _refused(path, reason_of(error)) from error


def _refused(path: Path, reason: str) -> HooklabError:
    return HooklabError(
        _("{path} cannot be written: {reason}").format(path=path, reason=reason),
        _("choose another file, or change its permissions"),
    )
