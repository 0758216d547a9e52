"""Work on what is due: TODO 5. Lesson: course/*/lessons/resilience.md"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import get_logger

from . import inbox
from .failures import Away, Hopeless
from .handlers import handle
from .inbox import Entry
from .models import DEAD, DONE, WAITING
from .outside import Outside
from .settings import Settings

log = get_logger()


def run(engine: Engine, settings: Settings, outside: Outside) -> int:
    """Work on the entries that are due, INBOX_BATCH at most; how many there were.

    Each is claimed, handled, and noted: done, without its payload; dead, with the reason, when it
    is hopeless or has failed INBOX_MAX_ATTEMPTS times for no known reason; later in any other case.
    A service that is away never makes an entry dead. One entry that fails stops no other.
    """
    # answer 5: claim, handle, note; tell Hopeless, Away and everything else apart.
    lease = timedelta(seconds=settings.inbox_lease_seconds)
    for worked in range(settings.inbox_batch):
        with Session(engine) as session, session.begin():
            entry = inbox.claim(session, datetime.now(UTC), lease)
        if entry is None:
            return worked
        outcome = _attempt(engine, settings, outside, entry)
        # Without a database this raises: the lease ends by itself, and another run tries again.
        with Session(engine) as session, session.begin():
            inbox.note(session, entry, **outcome)
        reason = outcome.get("reason")
        log.info("entry", number=entry.id, type=entry.type, status=outcome["status"], reason=reason)
    return settings.inbox_batch


# not in the skeleton
def _attempt(engine: Engine, settings: Settings, outside: Outside, entry: Entry) -> dict[str, Any]:
    """Handle the entry; what is to be noted about it."""
    try:
        handle(engine, outside, entry)
    except Hopeless as failure:
        return _dead(str(failure))
    except Away as failure:
        return _later(settings, entry, retry_after=failure.retry_after)
    except Exception as error:
        # A bug, or a value that no table takes. Its text may quote anything.
        if entry.crashes + 1 >= settings.inbox_max_attempts:
            return _dead(type(error).__name__)
        return _later(settings, entry, crashes=entry.crashes + 1)
    return {"status": DONE, "payload": None}


# not in the skeleton
def _dead(reason: str) -> dict[str, Any]:
    return {"status": DEAD, "reason": reason}


# not in the skeleton
def _later(
    settings: Settings, entry: Entry, retry_after: timedelta | None = None, **values: Any
) -> dict[str, Any]:
    wait = inbox.delay(settings, entry.attempts + 1, retry_after)
    later = {"attempts": entry.attempts + 1, "next_attempt_at": datetime.now(UTC) + wait}
    return {"status": WAITING, **later, **values}
