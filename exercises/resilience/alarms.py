"""Given: what the team must hear of, kept until Slack has taken it. Nothing to write here."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select, update

from hooklab.services import get_logger, insert, slack_client

from .models import Alarm
from .settings import Settings

SILENCE = "SILENCE"
RECOVERED = "RECOVERED"
BRAKE = "BRAKE"

log = get_logger()


def raise_alarm(session: Session, kind: str, text: str) -> None:
    """Write down an alarm; Slack is told by `tell`. Nothing is committed here.

    Of several processes that saw the same latest alarm of this kind, one raises the next.
    """
    previous = latest(session, kind)
    session.exec(
        insert(session, Alarm)
        .values(
            key=f"{kind}/{previous.id if previous else 0}",
            kind=kind,
            text=f"{kind}: {text}",
            raised_at=datetime.now(UTC),
        )
        .on_conflict_do_nothing()
    )


def latest(session: Session, *kinds: str) -> Alarm | None:
    """The newest alarm of these kinds; None when there was none."""
    query = select(Alarm).where(col(Alarm.kind).in_(kinds)).order_by(col(Alarm.id).desc())
    return session.exec(query.limit(1)).first()


def tell(engine: Engine, settings: Settings) -> None:
    """Tell Slack what it has not been told; what it does not take is told by a later run."""
    while (alarm := _claim(engine, settings)) is not None:
        taken = _sent(settings, alarm.text)
        now = datetime.now(UTC) if taken else None
        with Session(engine) as session, session.begin():
            one = update(Alarm).where(col(Alarm.id) == alarm.id)
            session.exec(one.values(told_at=now, lease_until=None))
        if not taken:
            return


def _claim(engine: Engine, settings: Settings) -> Alarm | None:
    now = datetime.now(UTC)
    free = or_(col(Alarm.lease_until).is_(None), col(Alarm.lease_until) <= now)
    untold = (col(Alarm.told_at).is_(None), free)
    lease = now + timedelta(seconds=settings.inbox_lease_seconds)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        alarm = session.exec(select(Alarm).where(*untold).order_by(col(Alarm.id)).limit(1)).first()
        if alarm is None:
            return None
        ours = update(Alarm).where(col(Alarm.id) == alarm.id, *untold).values(lease_until=lease)
        return alarm if session.exec(ours).rowcount == 1 else None


def _sent(settings: Settings, text: str) -> bool:
    try:
        return slack_client(settings).send(text=text).status_code == 200
    except Exception as error:
        # Its text may hold the address of the hook, which is a secret.
        log.warning("alarm", outcome="failed", error=type(error).__name__)
        return False
