"""The wall around a worker: put up in it, for good, before a byte of the submission is read.

Its parts, from the strongest: Landlock (`landlock.py`), a filter of system calls (`seccomp.py`), no
capabilities, limits. What it lets through is what an honest app needs: to read Python and the
libraries, to write in its own folders, to talk to the services that its settings name.
"""

import ctypes
import os
import struct
import sys
import sysconfig
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from mimetypes import knownfiles
from pathlib import Path
from urllib.parse import urlsplit

import hooklab
from hooklab.limits import Limits
from hooklab.worker import seccomp
from hooklab.worker.isolation import abi_of, hide
from hooklab.worker.job import Job
from hooklab.worker.landlock import Access, Ruleset

if sys.platform != "win32":
    import resource  # here: each worker would load it again, which takes a millisecond

_USE = Access.EXECUTE | Access.READ_FILE | Access.READ_DIR
_READ = Access.READ_FILE | Access.READ_DIR
# No links, FIFOs, sockets and devices. Files may be moved from one folder of the home to another.
_KEEP = (
    _READ
    | Access.WRITE_FILE
    | Access.TRUNCATE
    | Access.MAKE_REG
    | Access.MAKE_DIR
    | Access.REMOVE_FILE
    | Access.REMOVE_DIR
)

# Shared libraries, and what the C library reads to find them, names of hosts, and the local time.
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"),
    *("/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/resolv.conf"),
    *("/etc/localtime", "/etc/ssl/openssl.cnf", "/etc/ssl/certs", "/usr/share/ca-certificates"),
    *("/dev/urandom", "/dev/random", "/dev/zero"),
)
# The parts of the kit that an answer may import; its other parts are nobody's business there.
_KIT = ("__init__.py", "services", "webhooks")
PORTS = 1 << 16
_DEFAULT_PORTS = {"postgresql": 5432, "redis": 6379}

_NEW_USER_NAMESPACE = 0x10000000
_CAPABILITIES_3 = 0x20080522


def put_up(job: Job) -> None:
    """Give up, for good, every right that the app of `job` does not need.

    OSError when the wall that `job.isolation` names cannot be put up: the app must not start then.
    """
    limits = Limits(**job.limits)
    limit(limits)
    hide()
    abi = abi_of(job.isolation)
    if not abi:
        return
    _count_processes_apart(limits.processes)
    with Ruleset(abi) as ruleset:
        for path, access in (*survey(), *_own(job)):
            ruleset.allow(path, access)
        for port in ports(job.environment):
            ruleset.allow_connecting(port)
        ruleset.restrict_thread()
    _drop_capabilities()
    seccomp.restrict_process()


def limit(limits: Limits) -> None:
    """Bound what this process and each that it starts may use, as far as the system can."""
    if sys.platform == "win32":
        return
    seconds = limits.processor_seconds
    for which, bounds in (
        (resource.RLIMIT_CORE, (0, 0)),
        # Of one file; the trusted side looks after all of them together.
        (resource.RLIMIT_FSIZE, (limits.file_mib << 20,) * 2),
        (resource.RLIMIT_AS, (limits.memory_mib << 20,) * 2),
        (resource.RLIMIT_NOFILE, (limits.open_files,) * 2),
        # At the first a process is told by a signal, which it may ignore; at the second it ends.
        (resource.RLIMIT_CPU, (seconds, seconds + 1)),
    ):
        # More than the system allows to anybody: then that holds.
        with suppress(ValueError, OSError):
            resource.setrlimit(which, bounds)


@cache
def survey() -> tuple[tuple[Path, Access], ...]:
    """What every app may read, as far as this system has it: the same for all, so found once."""
    packages = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    python = Path(sys.executable)
    wanted = [
        *_SYSTEM,
        *(sysconfig.get_path("stdlib"), sysconfig.get_config_var("LIBDIR")),
        *(python.resolve(), python.parents[1] / "pyvenv.cfg"),
        *zoneinfo.TZPATH,
        *knownfiles,
        *(each for folder in packages for each in _libraries(folder)),
        *(Path(hooklab.__file__).parent / name for name in _KIT),
    ]
    found = dict.fromkeys(Path(each) for each in wanted if each)
    known = [(path, _USE) for path in found if path.exists()]
    return (*known, (Path(os.devnull), Access.READ_FILE | Access.WRITE_FILE))


def ports(environment: Mapping[str, str]) -> set[int]:
    """The TCP ports that an app's settings name: those of its services, and of its database.

    What is no port there is for the app to complain about.
    """
    named = {_port(name, value) for name, value in environment.items()}
    return {port for port in named if port and 0 < port < PORTS}


def _port(name: str, value: str) -> int | None:
    with suppress(ValueError):
        if name.endswith("_PORT"):
            return int(value)
        address = urlsplit(value)
        return address.port or _DEFAULT_PORTS.get(address.scheme.partition("+")[0])
    return None


def _libraries(folder: Path) -> Iterator[Path]:
    """A folder of packages; where the kit is installed in it, its entries but the kit."""
    kit = Path(hooklab.__file__).parent
    if kit.parent == folder:
        yield from (each for each in folder.iterdir() if each != kit)
    else:
        yield folder


def _own(job: Job) -> Iterator[tuple[Path, Access]]:
    """What this app alone may read or write."""
    yield Path(job.folder), _READ
    yield Path(job.home), _KEEP | Access.REFER
    yield Path(job.compiled), _KEEP
    address = job.environment.get("DATABASE_URL", "")
    if address.startswith("sqlite:///"):
        # The files of its journal lie beside it.
        folder = Path(job.home, address.removeprefix("sqlite:///")).parent
        if folder.is_dir():
            yield folder, _KEEP


def _count_processes_apart(most: int) -> None:
    """Bound the number of processes, where those of this worker can be counted apart.

    The limit counts all processes of a user, but each user namespace for itself. A system may not
    allow to make one; root has no such limit.
    """
    if os.geteuid() != 0 and ctypes.CDLL(None).unshare(_NEW_USER_NAMESPACE) == 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _drop_capabilities() -> None:
    """Root gives up what makes it more than other users; see capabilities(7) and capset(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(struct.pack("=Ii", _CAPABILITIES_3, 0), struct.pack("=6I", *[0] * 6)) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
