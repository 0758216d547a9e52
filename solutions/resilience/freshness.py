"""Notice that nothing comes any more: TODO 9. Lesson: course/*/lessons/resilience.md"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from . import alarms
from .models import SVIX, Inbox
from .settings import Settings


def watch(engine: Engine, settings: Settings) -> None:
    """Raise an alarm when the newest delivery is SILENCE_HOURS old or older.

    Another one follows no sooner than SILENCE_COOLDOWN_HOURS after the last. When deliveries come
    again, RECOVERED is raised once. What a look at Clerk's list has found is no delivery. Before
    the first delivery of all there is nothing to say.
    """
    # answer 9: compare the newest delivery and the latest alarm with the clock.
    now = datetime.now(UTC)
    cooldown = timedelta(hours=settings.silence_cooldown_hours)
    with Session(engine) as session, session.begin():
        newest = session.exec(
            select(func.max(Inbox.received_at)).where(col(Inbox.source) == SVIX)
        ).one()
        if newest is None:
            return
        last = alarms.latest(session, alarms.SILENCE, alarms.RECOVERED)
        was_silent = last is not None and last.kind == alarms.SILENCE
        if now - newest < timedelta(hours=settings.silence_hours):
            if was_silent:
                alarms.raise_alarm(session, alarms.RECOVERED, f"deliveries come again, {newest}")
        elif last is None or not was_silent or now - last.raised_at >= cooldown:
            alarms.raise_alarm(session, alarms.SILENCE, f"no delivery since {newest}")
