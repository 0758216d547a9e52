"""Folders for what is thrown away soon."""

import os
import tempfile
from pathlib import Path

# Files in memory: a check commits to its database hundreds of times and keeps nothing.
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder inside it is made by mkdtemp


def scratch_folder() -> Path:
    """A new folder, in memory where that can be; the caller removes it."""
    memory = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return Path(tempfile.mkdtemp(prefix="hooklab-", dir=_MEMORY if memory else None))
