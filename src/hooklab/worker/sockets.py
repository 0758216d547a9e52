"""The connections of processes to a server, read from outside: see proc_pid_net(5). Linux."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from hooklab.worker.descendants import family
from hooklab.worker.proc import ROOT, read

_OPEN = {"01", "02"}  # ESTABLISHED and SYN_SENT of the kernel's net/tcp_states.h


@dataclass(frozen=True)
class Connections:
    """Connections to a server.

    Attributes:
        ports: on the side of the processes.
        is_read: whether a server on this machine has read all that was sent to it.
    """

    ports: frozenset[int]
    is_read: bool


NONE = Connections(frozenset(), is_read=True)


def connections(pids: Iterable[int], port: int) -> Connections:
    """The open TCP connections of these processes, and of their descendants, to `port`."""
    ports: set[int] = set()
    unread: set[int] = set()
    for pid in family(pids):
        own = _sockets(pid)
        for local, remote, state, waiting, inode in _table(pid):
            if remote == port and state in _OPEN and inode in own:
                ports.add(local)
            elif local == port and waiting:
                unread.add(remote)
    return Connections(frozenset(ports), not ports & unread)


def _sockets(pid: int) -> set[str]:
    """The inodes of the sockets that `pid` has open."""
    found = set()
    with suppress(OSError):
        for file in os.scandir(f"{ROOT}/{pid}/fd"):
            with suppress(OSError):
                target = os.readlink(file)  # noqa: PTH115 - no path: "socket:[4711]"
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return found


def _table(pid: int) -> Iterable[tuple[int, int, str, bool, str]]:
    """Local port, remote port, state, whether bytes wait to be read, and inode of each socket."""
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in read(f"{pid}/net/{name}").splitlines()[1:]:
                words = line.split()
                local, remote = (int(each.rpartition(":")[2], 16) for each in words[1:3])
                yield local, remote, words[3], words[4].partition(":")[2] != "00000000", words[9]
