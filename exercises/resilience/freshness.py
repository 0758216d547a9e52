"""Notice that nothing comes any more: TODO 9. Lesson: course/*/lessons/resilience.md"""

from sqlalchemy import Engine

from .settings import Settings


def watch(engine: Engine, settings: Settings) -> None:
    """Raise an alarm when the newest delivery is SILENCE_HOURS old or older.

    Another one follows no sooner than SILENCE_COOLDOWN_HOURS after the last. When deliveries come
    again, RECOVERED is raised once. What a look at Clerk's list has found is no delivery. Before
    the first delivery of all there is nothing to say.
    """
    # TODO 9: compare the newest delivery and the latest alarm with the clock.
    raise NotImplementedError("watch(): TODO 9 is still open, in freshness.py")
