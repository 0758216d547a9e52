"""A filter of system calls, for what Landlock does not control. Linux only.

Landlock leaves open: UDP, Multipath TCP and TCP Fast Open, Unix sockets that have a path, the
modes, owners and times of files, hard links within a folder, files that never had a name, and the
limits and priorities of other processes (https://docs.kernel.org/userspace-api/landlock.html,
"Current limitations", names some).
What a filter is: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from functools import cache

_SET_SECCOMP, _FILTER = 22, 2

# The parts of `struct seccomp_data`, by their offset; of an argument its lower half.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
# Instructions of the packet filter (linux/bpf_common.h): load a word, jump, and, return.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_REFUSE = _ERROR | errno.EACCES
_UNKNOWN = _ERROR | errno.ENOSYS
# Nothing happens, and the caller is told that it worked: an app that copies a file with its mode
# need not break for a mode that matters to nobody.
_PRETEND = _ERROR | 0

# By the name of the machine: the number of its architecture (linux/audit.h), and the column of
# `_CALLS` that is its own.
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1), "riscv64": (0xC00000F3, 1)}
_FIRST_OF_X32 = 0x40000000

# The numbers on x86-64, and on architectures that follow asm-generic/unistd.h; None for none.
_CALLS: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "setpriority": (141, 140),
    "prlimit64": (302, 261),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "link": (86, None),
    "linkat": (265, 37),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "memfd_secret": (447, 447),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}
_LINKS = ("link", "linkat")
# What outlives a process, is memory that no limit counts, or reaches around the rest.
_OUTLIVING = ("shmget", "semget", "msgget", "mq_open", "memfd_create", "memfd_secret")
_AROUND = (
    # An app that is graded beside others keeps to its core.
    "sched_setaffinity",
    "add_key",
    "request_key",
    "keyctl",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
)
_MARKS = tuple(list(_CALLS)[list(_CALLS).index("chmod") :])
# Of these the first argument is a process; 0 is the caller.
_OF_A_PROCESS = (
    "prlimit64",
    "sched_setparam",
    "sched_setscheduler",
    "sched_setattr",
)

_INET, _INET6 = 2, 10
_STREAM, _KIND = 1, 0xF
_ANY, _TCP = 0, 6
_FAST_OPEN = 0x20000000
# __O_TMPFILE, which is alike on all these machines (asm-generic/fcntl.h).
_NAMELESS = 0x400000

Instruction = tuple[int, int, int, int]


def restrict_process() -> None:
    """Filter the system calls of this process, which has one thread, and of all it starts.

    It needs "no new privileges", see `landlock.py`. Nothing happens on a machine whose numbers are
    not known here. OSError when the kernel refuses.
    """
    code = _program(platform.machine())
    if not code:
        return
    memory = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_SECCOMP, _FILTER, program, 0, 0) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


@cache
def _program(machine: str) -> bytes:
    """The filter for a machine, as the kernel reads it."""
    if machine not in _MACHINES:
        return b""
    architecture, column = _MACHINES[machine]
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _UNKNOWN),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_IF_AT_LEAST, 0, 1, _FIRST_OF_X32), (_RETURN, 0, 0, _UNKNOWN)]
    for name, then in _rules():
        number = _CALLS[name][column]
        if number is not None:
            code += [(_IF_EQUAL, 0, len(then), number), *then]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *each) for each in code)


def _rules() -> Iterable[tuple[str, list[Instruction]]]:
    """What is done for each system call that is not simply allowed."""
    only_streams = [*_argument(1), (_AND, 0, 0, _KIND), *_refuse_unless(_STREAM)]
    only_inet = [*_argument(0), *_refuse_unless(_INET, _INET6)]
    only_tcp = [*_argument(2), *_refuse_unless(_ANY, _TCP)]
    allow = (_RETURN, 0, 0, _ALLOW)
    yield "socket", [*only_inet, *only_streams, *only_tcp, allow]
    # Datagrams can be sent to any path, also from a pair.
    yield "socketpair", [*only_streams, allow]
    for name, flags in (("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3)):
        no_connection = [(_IF_ANY_BIT, 0, 1, _FAST_OPEN), (_RETURN, 0, 0, _REFUSE)]
        yield name, [*_argument(flags), *no_connection, allow]
    yield (
        "setpriority",
        [*_argument(0), *_refuse_unless(0), *_argument(1), *_refuse_unless(0), allow],
    )
    for name in _OF_A_PROCESS:
        yield name, [*_argument(0), *_refuse_unless(0), allow]
    # Who looks into folders does not see a file that never had a name. The flags of `openat2` are
    # out of reach, and those who use it do without where it is missing.
    for name, flags in (("open", 1), ("openat", 2)):
        nameless = [(_IF_ANY_BIT, 0, 1, _NAMELESS), (_RETURN, 0, 0, _ERROR | errno.EOPNOTSUPP)]
        yield name, [*_argument(flags), *nameless, allow]
    yield "openat2", [(_RETURN, 0, 0, _UNKNOWN)]
    for name in ("ioprio_set", *_LINKS, *_OUTLIVING, *_AROUND):
        yield name, [(_RETURN, 0, 0, _REFUSE)]
    for name in _MARKS:
        yield name, [*(_touch() if name == "utimensat" else []), (_RETURN, 0, 0, _PRETEND)]


def _touch() -> list[Instruction]:
    """Refuse to set the time of a path to now: `Path.touch()` makes the file only then.

    The time of a descriptor, whose path is null, is pretended to be set.
    """
    path_is_null = [*_argument(1), (_IF_EQUAL, 3, 0, 0)]
    return [*path_is_null, *_argument(2), (_IF_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _REFUSE)]


def _argument(index: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * index)]


def _refuse_unless(*values: int) -> list[Instruction]:
    """Refuse, unless what was loaded last is one of `values`."""
    left = range(len(values), 0, -1)
    tests = [(_IF_EQUAL, jump, 0, each) for jump, each in zip(left, values, strict=True)]
    return [*tests, (_RETURN, 0, 0, _REFUSE)]
