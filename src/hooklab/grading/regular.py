"""Files whose place a stranger controls: opened only when they are what they should be."""

import errno
import os
import stat
from pathlib import Path

# A link may lead anywhere; opening a pipe would wait for its other end. Windows has neither flag.
_WARY = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def open_regular(path: Path) -> int:
    """A descriptor for reading the regular file `path`, which the caller closes.

    Raises:
        OSError: there is no such file, it may not be read, or it is a link, a pipe, a device, a
            folder.
    """
    # A device can do something when it is opened: it is looked at before that, and again after.
    _require_regular(os.lstat(path), path)
    descriptor = os.open(path, os.O_RDONLY | _WARY)
    try:
        _require_regular(os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def read_regular(path: Path, size: int) -> bytes:
    """The first `size` bytes of the regular file `path`; raises what `open_regular` raises."""
    with os.fdopen(open_regular(path), "rb") as file:
        return file.read(size)


def create_regular(path: Path) -> int:
    """A descriptor for reading the new, empty file `path`, which the caller closes."""
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | _WARY, 0o600)


def _require_regular(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
