"""Country and address are read where they have never been; no country, no alert.

Loses: a_session_is_logged_with_what_clerk_knows, what_clerk_does_not_know_is_null, an_address_is_forgotten_after_the_retention, a_fourth_country_is_an_anomaly, an_unknown_country_is_no_country, a_late_session_completes_a_window_on_both_sides, a_new_country_is_an_anomaly, an_anomaly_alerts_the_user_and_the_team, an_alert_is_not_repeated_within_the_cooldown, two_crons_at_once_send_each_message_once, slack_that_is_down_delays_its_message_alone, a_refusal_by_slack_is_a_failure, a_mail_server_that_is_down_delays_its_mail_alone, a_channel_that_hangs_holds_nobody_up, a_crash_loses_no_alert, a_strangers_text_does_no_harm_in_slack, nothing_personal_is_printed, the_limits_come_from_settings, the_windows_come_from_settings, a_rule_is_switched_off_by_settings
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from hooklab.services import Settings, insert

from .clerk_session import SessionCreated
from .models import SessionLog, WatchedUser


def login_of(event: SessionCreated) -> SessionLog:
    """The row for a session.

    The address is that of the request if the event tells, otherwise that of the activity; the
    country is that of the activity. What Clerk does not know is None.
    """
    data = event.data
    return SessionLog(
        session_id=data.id,
        clerk_id=data.user_id,
        created_at=data.created_at,
        country=getattr(data, "country", None),
        ip_address=getattr(data, "client_ip", None),
        impersonated_by=data.actor.sub if data.actor else None,
    )


def hold_user(session: Session, clerk_id: str) -> None:
    """Hold the user until the transaction ends: others who examine them wait here."""
    # An update that changes nothing locks the row too; PostgreSQL would not lock it for nothing.
    row = insert(session, WatchedUser).values(clerk_id=clerk_id)
    session.exec(
        row.on_conflict_do_update(
            index_elements=["clerk_id"], set_={"clerk_id": row.excluded.clerk_id}
        )
    )


def record(session: Session, login: SessionLog) -> bool:
    """Write the session; False, and nothing changes, when it is there already."""
    row = insert(session, SessionLog).values(login.model_dump())
    # The key decides, under whatever message id the session comes a second time.
    written = row.on_conflict_do_nothing().returning(col(SessionLog.session_id))
    return session.exec(written).first() is not None


def forget_addresses(engine: Engine, settings: Settings) -> int:
    """Forget the IP addresses of sessions older than `session_ip_retention_days`; how many.

    The sessions themselves stay: the rules need to know where a user has been.
    """
    oldest = datetime.now(UTC) - timedelta(days=settings.session_ip_retention_days)
    old = (
        col(SessionLog.created_at) < int(oldest.timestamp() * 1000),
        col(SessionLog.ip_address).is_not(None),
    )
    with Session(engine) as session, session.begin():
        forgotten = session.exec(update(SessionLog).where(*old).values(ip_address=None))
        return int(forgotten.rowcount)
