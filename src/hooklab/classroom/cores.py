"""The processor cores that may be used, and keeping processes to one of them."""

import os
import sys


def known() -> list[int]:
    """The cores that this process may use; numbers alone where the system names none."""
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def share(jobs: int) -> list[int | None]:
    """A core for each of so many processes; none when there are too few for all of them."""
    found = known()
    if sys.platform != "linux" or jobs > len(found):
        return [None] * jobs
    return list(found[:jobs])


def keep_to(core: int | None) -> None:
    """Keep this process, and all that it starts from now on, to a core; None for any."""
    if sys.platform == "linux" and core is not None:
        os.sched_setaffinity(0, {core})
