"""Handling a failed message once more: TODO 6. Lesson: course/*/lessons/monitoring.md"""

from sqlalchemy import Engine

from .settings import Settings


class NotReplayable(Exception):
    """There is no such message, or none to be replayed; the text says which."""


def proof(settings: Settings) -> str:
    """What the page's forms carry, and no page of another site can know."""
    # TODO 6, first half: a secret that is no password.
    raise NotImplementedError("proof(): TODO 6 is still open, in replay.py")


def is_proven(settings: Settings, given: str) -> bool:
    """Whether a request comes from one of our own forms."""
    # TODO 6, first half: compare in constant time.
    raise NotImplementedError("is_proven(): TODO 6 is still open, in replay.py")


def replay(engine: Engine, settings: Settings, svix_id: str, actor: str) -> bool:
    """Handle the failed message from its stored body; whether it is handled now.

    Before that, who replays what is written down; afterwards, how it ended.

    Raises:
        NotReplayable: it is unknown, has not failed, may hold a one-time code, or its body was
            not kept. Nothing is handled then.
    """
    # TODO 6, second half: refuse, or write down, handle, write down.
    raise NotImplementedError("replay(): TODO 6 is still open, in replay.py")
