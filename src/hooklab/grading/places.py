"""Where something stands in a file, as editors open it: `path:line`."""

import os
from contextlib import suppress
from pathlib import Path


def shown(path: str | Path) -> str:
    """`path` relative to the folder in which the learner stands, when it lies in there."""
    with suppress(OSError, ValueError):
        return Path(path).relative_to(Path.cwd()).as_posix()
    return os.fspath(path)


def place(path: str | Path, line: object) -> str:
    """`path:line`, from where the learner stands."""
    return f"{shown(path)}:{line}"
