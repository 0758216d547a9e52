"""Folders for what is thrown away soon."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

# Files in memory: a check commits to its database hundreds of times and keeps nothing.
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder inside it is made by mkdtemp

# Somebody who still writes into the folder must not keep anybody removing.
_ROUNDS = 3


def scratch_folder() -> Path:
    """A new folder, in memory where that can be; the caller removes it."""
    memory = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return Path(tempfile.mkdtemp(prefix="hooklab-", dir=_MEMORY if memory else None))


def remove_folder(folder: Path) -> bool:
    """Remove `folder` with all that is in it, whatever its modes and however deep; whether it went.

    Nothing is followed and nothing raises: what cannot be removed stays.
    """
    for _round in range(_ROUNDS):
        with suppress(OSError):
            _empty(folder)
            folder.rmdir()
        if not os.path.lexists(folder):
            return True
    return False


def _empty(folder: Path) -> None:
    """Remove what is in `folder`; each folder in it is first moved up.

    So no path becomes longer than the system allows, and no stack deeper.
    """
    folder.chmod(0o700)
    numbers = count()
    while waiting := _entries(folder):
        for entry in waiting:
            if not _is_folder(entry):
                _unlink(entry)
                continue
            # One that may not be written to can be neither moved nor emptied.
            entry.chmod(0o700)
            for inner in _entries(entry):
                if _is_folder(inner):
                    inner.chmod(0o700)
                    inner.rename(_free(folder, numbers))
                else:
                    _unlink(inner)
            entry.rmdir()


def _entries(folder: Path) -> list[Path]:
    with os.scandir(folder) as found:
        return [Path(each.path) for each in found]


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode)


def _unlink(path: Path) -> None:
    try:
        path.unlink()
    except PermissionError:
        # Windows removes no file that is read-only.
        path.chmod(0o600)
        path.unlink()


def _free(folder: Path, numbers: Iterator[int]) -> Path:
    return next(path for number in numbers if not os.path.lexists(path := folder / f".{number}"))
