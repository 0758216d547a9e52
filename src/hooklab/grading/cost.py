"""What an app costs, as the system counts it: nothing here is the app's own word."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from hooklab.worker import observed

# The system counts in hundredths of a second: so often is done what is compared.
TIMES = 20
LEAST_SECONDS = 0.05
TRIES = 3


@dataclass
class Cost:
    """What the app's processes have used.

    Attributes:
        seconds: of processor time, in hundredths.
        bytes: by which the most memory that they ever had has grown.
    """

    seconds: float = 0.0
    bytes: int = 0


@contextmanager
def counted(pids: Sequence[int]) -> Iterator[Cost]:
    """Inside the block, what these processes use is counted, from outside; read it afterwards.

    Nothing is counted where the system does not tell (`observed.KNOWN`).
    """
    seconds = sum(map(observed.cpu_seconds, pids))
    most = sum(map(observed.peak_bytes, pids))
    cost = Cost()
    try:
        yield cost
    finally:
        cost.seconds = sum(map(observed.cpu_seconds, pids)) - seconds
        cost.bytes = sum(map(observed.peak_bytes, pids)) - most


def grown(
    cost: Callable[[], AbstractContextManager[Cost]],
    less: Callable[[], object],
    more: Callable[[], object],
    most: float,
) -> float:
    """How many times as much processor time `more()` takes as `less()`, each done many times.

    Chance may make one measurement large, but not each of several: more than `most` is measured
    again, and the smallest counts. 1 where the system tells nothing.
    """
    found: list[float] = []
    while observed.KNOWN and len(found) < TRIES and min(found, default=most + 1) > most:
        with cost() as little:
            for _time in range(TIMES):
                less()
        with cost() as much:
            for _time in range(TIMES):
                more()
        found.append(much.seconds / max(little.seconds, LEAST_SECONDS))
    return min(found, default=1.0)
