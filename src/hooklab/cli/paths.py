"""Paths as a person types them in the current folder."""

import shlex
from pathlib import Path


def shown(path: Path) -> str:
    """How `path` is reached from the current folder."""
    path, here = path.absolute(), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)


def typed(path: Path) -> str:
    """`path` as a part of a command for the current folder."""
    return shlex.quote(shown(path))
