"""Work on what is due: TODO 5. Lesson: course/*/lessons/resilience.md"""

from sqlalchemy import Engine

from hooklab.services import get_logger

from .outside import Outside
from .settings import Settings

log = get_logger()


def run(engine: Engine, settings: Settings, outside: Outside) -> int:
    """Work on the entries that are due, INBOX_BATCH at most; how many there were.

    Each is claimed, handled, and noted: done, without its payload; dead, with the reason, when it
    is hopeless or has failed INBOX_MAX_ATTEMPTS times for no known reason; later in any other case.
    A service that is away never makes an entry dead. One entry that fails stops no other.
    """
    # TODO 5: claim, handle, note; tell Hopeless, Away and everything else apart.
    raise NotImplementedError("run(): TODO 5 is still open, in worker.py")
