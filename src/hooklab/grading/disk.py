"""How much an app may write and take, looked at by the trusted side while it runs.

The system bounds one file of a process, and no more: of a folder it would take an administrator.
"""

import os
import stat
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hooklab.limits import Limits
from hooklab.worker.descendants import family
from hooklab.worker.proc import ROOT
from hooklab.worker.processor import MOST_PROCESSES

# No app writes more than this in a second; so the next look comes before its room can be used up.
FASTEST_BYTES = 4 * 1024 * 1024 * 1024
SHORTEST_SECONDS, LONGEST_SECONDS = 0.005, 0.1
# A server has to be asked, which costs more than looking into a folder.
ASK_SECONDS = 1.0


@dataclass(frozen=True)
class Account:
    """What one app may fill.

    Attributes:
        folders: where it can write.
        limits: how much.
        processes: tells the processes that may have its files open; their descendants count too.
        is_server_full: asks whether its data on a server are too many.
        end: called at each look that finds too much.
        end_if_beyond: called at each look; ends an app that took more of something else.
    """

    folders: tuple[Path, ...]
    limits: Limits
    processes: Callable[[], list[int]]
    is_server_full: Callable[[], bool]
    end: Callable[[], None]
    end_if_beyond: Callable[[], None]

    def room(self) -> int:
        """How many bytes it may write yet; less than 0 when it has written too much."""
        left = (self.limits.disk_mib << 20) - held(self.folders, self.limits)
        return left - unlinked(self.processes()) if left >= 0 else left


class Watch:
    """Looks at all accounts that are open, in a thread of its own, and ends whoever is beyond."""

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
        pause, asked = LONGEST_SECONDS, time.monotonic()
        while not self._closed.wait(pause):
            asks = time.monotonic() - asked > ASK_SECONDS
            asked = time.monotonic() if asks else asked
            pause = LONGEST_SECONDS
            for account in self._open.copy():
                room = account.room()
                if room < 0 or (asks and account.is_server_full()):
                    account.end()
                else:
                    pause = min(pause, max(SHORTEST_SECONDS, room / FASTEST_BYTES))
                account.end_if_beyond()


def held(folders: Iterable[Path], limits: Limits) -> int:
    """How many bytes are in `folders`; more than may be when it is more than `limits` allow, in
    size or in number.

    Each entry counts as 4096 bytes at least. A folder that cannot be looked into is too much, too.
    """
    most = limits.disk_mib << 20
    size = count = 0
    waiting = list(map(str, folders))
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    try:
                        size += max(4096, _blocks(entry.stat(follow_symlinks=False)))
                    except FileNotFoundError:
                        continue  # the app has removed it meanwhile
                    if size > most or count > limits.files:
                        return most + 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return most + 1
    return size


def unlinked(processes: Iterable[int]) -> int:
    """How many bytes are in files that have no name any more, and that these processes, or those
    that they started, have open.

    The system tells it to root only: an app's processes hide from others of the same user.
    """
    sizes: dict[tuple[int, int], int] = {}
    for pid in islice(family(processes), MOST_PROCESSES):
        with suppress(OSError):
            for descriptor in os.scandir(f"{ROOT}/{pid}/fd"):
                with suppress(OSError):
                    found = descriptor.stat()
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                        sizes[found.st_dev, found.st_ino] = _blocks(found)
    return sum(sizes.values())


def _blocks(found: os.stat_result) -> int:
    return int(getattr(found, "st_blocks", found.st_size // 512)) * 512
