"""Importing, once and before any fork, the libraries that a submission is about to import.

Stripe's client alone takes a tenth of a second. The submission's text says what it needs; nothing
of the submission itself is imported here, only libraries that the kit brings along.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LIBRARIES = (
    "hooklab.services",
    "httpx",
    "intercom",
    "mailchimp_marketing",
    "redis",
    "requests",
    "segment",
    "slack_sdk",
    "standardwebhooks",
    "stripe",
)

_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.MULTILINE)
_LARGEST_FILE = 1024 * 1024


def preload(folder: Path) -> list[str]:
    """Import the kit's libraries that the files of `folder` name; the modules that this loaded."""
    known = set(sys.modules)
    for name in sorted(set(_wanted(folder)) - known):
        # What cannot be imported is the submission's fault, and is told when it runs.
        with suppress(Exception):
            importlib.import_module(name)
    return [name for name in sys.modules if name not in known]


def _wanted(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.py")):
        with suppress(OSError):
            if path.is_file() and path.stat().st_size <= _LARGEST_FILE:
                yield from filter(_is_ours, _IMPORT.findall(path.read_text("utf-8", "replace")))


def _is_ours(name: str) -> bool:
    return any(name == library or name.startswith(f"{library}.") for library in LIBRARIES)
