"""How apps are kept apart: the tier that is in force, and whether a stranger's may be run in it.

The trusted side finds out by itself and tells the worker, which ends when it cannot put up exactly
that. So the tier in a report holds, whatever a worker says.
"""

import ctypes
import os
import sys
import threading
from contextlib import suppress
from functools import cache

from hooklab.errors import HooklabError
from hooklab.texts import _
from hooklab.worker.landlock import NEWEST, Ruleset, version

DEBUG = "debug"
PROCESS = "process"
_LANDLOCK = "landlock-"
_SET_DUMPABLE = 4

# Files since 1, TCP since 4, signals since 6: with less, an app could reach or end the grading.
ENOUGH = 6

CHOICE = "HOOKLAB_ISOLATION"
"""The variable that asks for the weaker tier, `process`: to compare, and to look for faults."""


def in_force(*, debug: bool = False) -> str:
    """The tier in which this process has apps run.

    - `landlock-7`: behind a wall of files, ports and signals; the number is Landlock's version.
    - `process`: in a process of their own, with limits of memory, file sizes and the like.
    - `debug`: where a breakpoint works; the grade does not count.
    """
    if debug:
        return DEBUG
    if os.environ.get(CHOICE) == PROCESS or not _offered():
        return PROCESS
    return f"{_LANDLOCK}{_offered()}"


def abi_of(tier: str) -> int:
    """The version of Landlock that a tier is named after; 0 for the others."""
    return int(tier.removeprefix(_LANDLOCK)) if tier.startswith(_LANDLOCK) else 0


def hide() -> None:
    """Keep other processes of the same user out of this one's memory and environment (Linux).

    It also writes no core dump, and no debugger or profiler can be attached without being root.
    See PR_SET_DUMPABLE in prctl(2).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def demand_wall(*, debug: bool = False) -> None:
    """Refuse to run a stranger's app without a wall: HooklabError says what is missing."""
    tier = in_force(debug=debug)
    if abi_of(tier) >= ENOUGH:
        return
    raise HooklabError(
        _("nothing would keep this submission from your files and processes: {missing}").format(
            missing=_missing(tier)
        ),
        _(
            "grade it on Linux {version} or newer, or in a container (see the Containerfile); "
            "--allow-unconfined grades it here, if you trust its author"
        ).format(version="6.12"),
    )


def _missing(tier: str) -> str:
    if tier == DEBUG:
        return _("with --debug there is no wall")
    if sys.platform != "linux":
        return _("this system has no Landlock")
    if os.environ.get(CHOICE) == PROCESS:
        return _("{variable}={value} switches Landlock off").format(variable=CHOICE, value=PROCESS)
    if abi := abi_of(tier):
        return _("Landlock has version {abi} here, and {enough} is needed").format(
            abi=abi, enough=ENOUGH
        )
    return _("this kernel offers no Landlock, or the container forbids it")


@cache
def _offered() -> int:
    """The version of Landlock that can be used; 0 for none.

    A container may let a process ask for it and not use it. So a thread, whose rights are its own,
    shuts itself in.
    """
    abi = min(version(), NEWEST) if sys.platform == "linux" else 0
    worked = []

    def shut_in() -> None:
        with suppress(OSError), Ruleset(abi) as ruleset:
            ruleset.restrict_thread()
            worked.append(True)

    if abi:
        thread = threading.Thread(target=shut_in)
        thread.start()
        thread.join()
    return abi if worked else 0
