"""Users that an attack runs as, and what belongs to them."""

import os
import stat
import sys
import tempfile
from pathlib import Path

# Ordinary users may not pass root's home, where root's Python may lie. A view of the files of one's
# own, in which they may, changes nothing for anybody else: mount(8), unshare(1).
OPENED = """
kept=$(mktemp -d) && mount --bind "$2" "$kept" && mount -t tmpfs -o mode=755 none "$1" &&
mkdir -p "$2" && mount --move "$kept" "$2" && rmdir "$kept" && shift 2 && exec "$@"
"""


def as_user(uid: int | None) -> list[str]:
    """What to put before a command, so that it runs as the user `uid`."""
    if uid is None:
        return []
    return [
        *_opened(Path(sys.base_prefix)),
        *("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"),
        # Without these, root's right to read everything stays.
        *("--inh-caps=-all", "--bounding-set=-all", "--"),
    ]


def _opened(needed: Path) -> list[str]:
    """What to put before a command that runs as a user who could not reach the folder `needed`."""
    closed = [each for each in needed.parents if not each.stat().st_mode & stat.S_IXOTH]
    if not closed:
        return []
    return ["unshare", "--mount", "sh", "-c", OPENED, "sh", str(closed[-1]), str(needed)]


def give(folder: Path, uid: int | None) -> None:
    """Make `folder`, with all in it, the property of `uid`."""
    if uid is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid, follow_symlinks=False)


def base_folder(uid: int | None) -> Path:
    """A new folder that `uid` may write to; in memory, where that can be."""
    memory = Path("/dev/shm")
    where = str(memory) if memory.is_dir() and os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="hostile-", dir=where))
    give(folder, uid)
    return folder
