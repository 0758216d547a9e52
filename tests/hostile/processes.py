"""The processes of this machine, as an attack leaves them."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def processes() -> set[int]:
    """The ids of all."""
    return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()}


def called(pid: int) -> str:
    """The name and the arguments of a process; nothing for one that is dead."""
    try:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
            return ""
        return "".join(Path(f"/proc/{pid}/{name}").read_text() for name in ("comm", "cmdline"))
    except (FileNotFoundError, ProcessLookupError, UnicodeDecodeError):
        return ""


def descendants(pid: int) -> list[int]:
    """Those that a process has started, and those that they have."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in children for each in (int(child), *descendants(int(child)))]


def kill(pid: int) -> None:
    """End a process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
