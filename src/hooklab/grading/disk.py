"""How much an app may write, looked at by the trusted side while it runs.

The system bounds one file of a process, and no more: of a folder it would take an administrator.
"""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# The course's heaviest check fills a database with 40 MiB; no app of it has a hundred files.
DISK_BYTES = 256 * 1024 * 1024
MOST_FILES = 1000

# An app that does nothing else writes about a hundred MiB meanwhile.
LOOK_SECONDS = 0.1
# A server has to be asked, which costs more than looking into a folder.
LOOKS_A_QUESTION = 10


@dataclass(frozen=True)
class Account:
    """What one app may fill.

    Attributes:
        folders: where it can write.
        is_server_full: asks whether its data on a server are too many.
        end: called at each look that finds too much.
    """

    folders: tuple[Path, ...]
    is_server_full: Callable[[], bool]
    end: Callable[[], None]


class Watch:
    """Looks at all accounts that are open, in a thread of its own, and ends who writes too much."""

    def __init__(self) -> None:
        self._open: set[Account] = set()
        self._closed = threading.Event()
        threading.Thread(target=self._look, name="disk", daemon=True).start()

    def open(self, account: Account) -> None:
        """Look at `account` from now on."""
        self._open.add(account)

    def drop(self, account: Account) -> None:
        """Look at it no more."""
        self._open.discard(account)

    def close(self) -> None:
        """Look at nothing any more."""
        self._closed.set()

    def _look(self) -> None:
        looks = 0
        while not self._closed.wait(LOOK_SECONDS):
            looks += 1
            for account in self._open.copy():
                asks = looks % LOOKS_A_QUESTION == 0
                if holds_more(account.folders) or (asks and account.is_server_full()):
                    account.end()


def holds_more(folders: Iterable[Path]) -> bool:
    """Whether there is more in `folders` than an app of the course ever needs.

    Each entry counts as 4096 bytes at least. A folder that cannot be looked into is too much, too.
    """
    size = count = 0
    waiting = list(folders)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    size += _size(entry)
                    if size > DISK_BYTES or count > MOST_FILES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
        except (FileNotFoundError, NotADirectoryError):
            continue  # the app has removed it meanwhile
        except OSError:
            return True
    return False


def _size(entry: "os.DirEntry[str]") -> int:
    with suppress(FileNotFoundError):
        found = entry.stat(follow_symlinks=False)
        return max(4096, getattr(found, "st_blocks", found.st_size // 512) * 512)
    return 0
