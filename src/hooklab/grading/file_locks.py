"""The locks on files, as the kernel lists them: see "/proc/locks" in proc_locks(5). Linux only."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from hooklab.worker.proc import read


def holders(besides: Iterable[Path]) -> set[int]:
    """The processes that hold a lock on a file, those in the folders `besides` left out."""
    ignored = _files(besides)
    found: set[int] = set()
    with suppress(OSError):
        for line in read("locks").splitlines():
            pid, file = _read(line.split())
            if pid and file not in ignored:
                found.add(pid)
    return found


def _read(words: list[str]) -> tuple[int, str]:
    """The process and the number of the file; 0 for a line that tells of somebody who waits."""
    with suppress(ValueError, IndexError):
        return int(words[4]), words[5].rpartition(":")[2]
    return 0, ""


def _files(folders: Iterable[Path]) -> set[str]:
    numbers: set[str] = set()
    for folder in folders:
        with suppress(OSError):
            numbers.update(str(path.lstat().st_ino) for path in folder.iterdir())
    return numbers
