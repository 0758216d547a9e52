"""Landlock: a process gives up rights for good, and need not be root for it. Linux only.

Python wraps none of the three system calls. What they take, the rights, and the version of the
interface (ABI) that brought each: https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
from enum import IntFlag
from functools import cache
from pathlib import Path
from typing import Any, Self

NEWEST = 7
"""The newest ABI whose rights are known here; a kernel with a newer one still gives all of them."""

# The same numbers on every architecture that Python runs on (asm-generic/unistd.h).
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2
_SET_NO_NEW_PRIVS = 38
# ABI 7: what is refused is not written to the system's audit log, which a loop would flood.
_LOG_NOTHING = 1 << 0 | 1 << 2


class Access(IntFlag):
    """What may be done with files and folders: every right of ABI 7."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


_OF_A_FILE = (
    Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV
)
# By the ABI that brought them; each version has those of the versions before it.
_FILES = {1: (1 << 13) - 1, 2: Access.REFER, 3: Access.TRUNCATE, 5: Access.IOCTL_DEV}
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_NETWORK = {4: _BIND_TCP | _CONNECT_TCP}
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1
_SCOPES = {6: _ABSTRACT_SOCKETS | _SIGNALS}


def version() -> int:
    """The ABI that the kernel offers; 0 where there is no Landlock, or it is switched off."""
    try:
        return _call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError:
        return 0


class Ruleset:
    """What a process may still do; all else that the ABI knows is refused.

    Binding TCP ports, signals to processes outside and their abstract sockets are never allowed.

    Args:
        abi: whose rights are controlled, 1 to `NEWEST`; OSError when the kernel has not all,
            ValueError when they are not known here.
    """

    def __init__(self, abi: int) -> None:
        if not 1 <= abi <= NEWEST:
            raise ValueError(f"Landlock's version {abi} is not known here")
        self._abi = abi
        self._controlled = _sum(_FILES, abi)
        rights = struct.pack("=QQQ", self._controlled, _sum(_NETWORK, abi), _sum(_SCOPES, abi))
        # Older kernels know a shorter structure; what is beyond theirs must be zero.
        self._descriptor = _call(_CREATE_RULESET, rights, len(rights), 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self._descriptor)

    def allow(self, path: Path, access: Access) -> None:
        """Allow `access` to a file, or to a folder and all that is in it.

        Of a file, the rights that only a folder can have are left out. Links are followed.

        Raises:
            OSError: there is no such file.
        """
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            wanted = access & self._controlled
            if not path.is_dir():
                wanted &= _OF_A_FILE
            self._add(_PATH_BENEATH, struct.pack("=Qi", wanted, place))
        finally:
            os.close(place)

    def allow_connecting(self, port: int) -> None:
        """Allow TCP connections to `port`, at any address."""
        if self._abi >= min(_NETWORK):
            self._add(_NET_PORT, struct.pack("=QQ", _CONNECT_TCP, port))

    def restrict_thread(self) -> None:
        """Let these rules hold for this thread and all that it starts, for ever.

        Setuid programs do not raise rights any more. OSError when it cannot be.
        """
        _check(_libc().prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _call(_RESTRICT_SELF, self._descriptor, _LOG_NOTHING if self._abi >= 7 else 0)

    def _add(self, kind: int, rule: bytes) -> None:
        _call(_ADD_RULE, self._descriptor, kind, rule, 0)


def _sum(rights: dict[int, int], abi: int) -> int:
    return sum(of for since, of in rights.items() if since <= abi)


def _call(number: int, *arguments: Any) -> int:
    passed = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    return _check(_libc().syscall(ctypes.c_long(number), *passed))


def _check(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


@cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)
