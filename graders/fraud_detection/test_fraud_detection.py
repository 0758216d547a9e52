"""What the log of sessions and its rules must do, one claim a test; rubric.toml has the titles.

An answer may look at a session when it comes or leave that to the cron: before a check looks, the
cron has run.
"""

from collections import Counter
from datetime import timedelta

from hooklab.grading.defaults import defaults
from hooklab.texts import pick

from .helpers import ADDRESSES_STAY, cron, note, without

DEFAULTS = defaults(__file__)

SECOND = timedelta(seconds=1)
COUNTRIES_SPAN = timedelta(hours=DEFAULTS["fraud_countries_hours"])
SESSIONS_SPAN = timedelta(minutes=DEFAULTS["fraud_sessions_minutes"])
ABSENCE = timedelta(days=DEFAULTS["fraud_absence_days"])
RETENTION = timedelta(days=DEFAULTS["session_ip_retention_days"])

FOUR = ("FR", "BE", "DE", "ES")


def sign_in(lab, user, *agos, **session):
    """Deliver a session of `user` for each of `agos`, the time since it began; the last event."""
    for ago in agos:
        event = lab.clerk.session_created(user, at=lab.clock.now() - ago, **session)
        lab.deliver(event, note=note(event)).expect("2xx")
    return event


def minutes(*numbers):
    """Times ago, from numbers of minutes."""
    return [timedelta(minutes=number) for number in numbers]


def travel(lab, user, *stops):
    """Deliver sessions of `user` from countries: pairs of a country and the time ago."""
    for country, ago in stops:
        sign_in(lab, user, ago, country=country)


def raised(lab, user, **rules):
    """Fail unless each of `rules` has raised so many alerts about `user`."""
    cron(lab)
    rows = lab.db.rows("security_alert", clerk_id=user.user_id)
    found = Counter(str(row.get("rule")) for row in rows)
    wanted = ", ".join(f"{rule} {count}" for rule, count in rules.items())
    lab.require(
        all(found[rule] == count for rule, count in rules.items()),
        en=f"alerts about {user.name} ({user.user_id}) in security_alert: {wanted}",
        fr=f"des alertes sur {user.name} ({user.user_id}) dans security_alert : {wanted}",
        got=", ".join(f"{rule} {count}" for rule, count in found.items())
        or pick({"en": "there is none", "fr": "il n’y en a aucune"}),
    )


def logged(lab, event, **values):
    """Fail unless the session has one row in the log, with these values."""
    cron(lab)
    return lab.db.expect_row("session_log", {"session_id": event.data["id"]}, **values)


# Sessions logged


def test_a_session_is_logged_with_what_clerk_knows(lab):
    user = lab.clerk.user_created()
    for country, ip in lab.draw.order((("FR", "192.0.2.7"), ("SN", "2001:db8:7::1"))):
        event = sign_in(lab, user, timedelta(hours=1), country=country, ip=ip)
        logged(
            lab,
            event,
            clerk_id=user.user_id,
            created_at=event.data["created_at"],
            country=country,
            ip_address=ip,
            impersonated_by=None,
        )
    lab.db.expect("session_log", 2)
    # The request is nearer to the sign-in than what Clerk knows of the device.
    both = lab.clerk.session_created(user, ip="192.0.2.8")
    activity = {**both.data["latest_activity"], "ip_address": "192.0.2.9"}
    lab.deliver(both.changed(latest_activity=activity)).expect("2xx")
    logged(lab, both, ip_address="192.0.2.8")


def test_what_clerk_does_not_know_is_null(lab):
    user, ip = lab.clerk.user_created(), lab.draw.ip()
    cases = (
        ({"country": None}, None, ip),
        ({"attributes": False}, "FR", ip),
        ({"activity": False}, None, ip),
        ({"activity": False, "attributes": False}, None, None),
    )
    for unknown, country, address in lab.draw.order(cases):
        event = sign_in(lab, user, timedelta(0), ip=ip, **unknown)
        logged(lab, event, clerk_id=user.user_id, country=country, ip_address=address)


def test_a_session_is_logged_once(lab):
    user = lab.clerk.user_created()
    first, second = (lab.clerk.session_created(user) for _ in range(2))
    for delivery in (first, first, first.again()):
        lab.deliver(delivery).expect("2xx")
    for answer in lab.deliver.together([second] * 6 + [second.again()] * 2):
        answer.expect("2xx")
    logged(lab, first)
    logged(lab, second)


def test_other_events_and_forged_ones_log_nothing(lab):
    user = lab.clerk.user_created()
    session = sign_in(lab, user, timedelta(0))
    others = (
        user,
        lab.clerk.session_pending(user),
        lab.clerk.session_ended(session),
        lab.clerk.session_removed(session),
        lab.clerk.session_revoked(session),
    )
    for event in lab.draw.order(others):
        lab.deliver(event).expect("2xx")
    forged = lab.clerk.session_created(user)
    lab.deliver(forged, change=lab.draw.forged()).expect("4xx")
    lab.cron.obeys_its_secret_alone()
    logged(lab, session, clerk_id=user.user_id)
    lab.db.expect("session_log", 1)


def test_a_database_that_is_away_is_a_server_error(lab):
    session = lab.clerk.session_created(lab.clerk.user_created())
    with lab.database.unavailable():
        lab.deliver(session).expect("5xx")
    lab.clock.advance(seconds=5)
    lab.deliver(session, note="Svix").expect("2xx")
    logged(lab, session)


def test_an_address_is_forgotten_after_the_retention(lab):
    user, former, present = lab.clerk.user_created(), lab.draw.ip(), lab.draw.ip()
    old = sign_in(lab, user, RETENTION - SECOND, ip=former)
    young = sign_in(lab, user, RETENTION - 3 * SECOND, ip=present)
    cron(lab)
    logged(lab, old, ip_address=former)
    lab.clock.advance(seconds=2)
    cron(lab)
    logged(lab, old, ip_address=None, clerk_id=user.user_id, country="FR")
    logged(lab, young, ip_address=present)
    lab.app.restart(SESSION_IP_RETENTION_DAYS="7")
    ago = timedelta(days=7)
    old = sign_in(lab, user, ago + SECOND, ip=former)
    young = sign_in(lab, user, ago - SECOND, ip=present)
    cron(lab)
    logged(lab, old, ip_address=None)
    logged(lab, young, ip_address=present)


# Anomalies


def test_a_fourth_country_is_an_anomaly(lab):
    ada, grace = lab.clerk.user_created(), lab.clerk.user_created()
    travel(lab, ada, *zip(FOUR[:3] + FOUR[:3], minutes(600, 500, 400, 300, 200, 100), strict=True))
    travel(lab, grace, *zip(FOUR[1:], minutes(350, 250, 150), strict=True))
    raised(lab, ada, many_countries=0)
    travel(lab, ada, ("ES", timedelta(0)))
    raised(lab, ada, many_countries=1)
    raised(lab, grace, many_countries=0)


def test_an_unknown_country_is_no_country(lab):
    lab.app.restart(**without("new_country"))
    user = lab.clerk.user_created()
    travel(lab, user, *zip(("FR", "BE", "DE"), minutes(50, 40, 30), strict=True))
    travel(lab, user, (None, timedelta(minutes=20)))
    sign_in(lab, user, timedelta(minutes=10), activity=False)
    raised(lab, user, many_countries=0)
    travel(lab, user, ("ES", timedelta(0)))
    raised(lab, user, many_countries=1)


def test_a_sixth_session_is_an_anomaly(lab):
    ada, grace = lab.clerk.user_created(), lab.clerk.user_created()
    sign_in(lab, ada, *minutes(5, 4, 3, 2))
    sign_in(lab, grace, *minutes(5, 4, 3))
    fifth = sign_in(lab, ada, timedelta(minutes=1))
    for _ in range(3):
        lab.deliver(fifth, note="Svix")
    raised(lab, ada, many_sessions=0)
    sign_in(lab, ada, timedelta(0))
    raised(lab, ada, many_sessions=1)
    raised(lab, grace, many_sessions=0)


def test_a_window_ends_at_its_second(lab):
    lab.app.restart(**without("new_country"))
    for short, count in lab.draw.order(((SECOND, 1), (timedelta(0), 0))):
        user = lab.clerk.user_created()
        between = (COUNTRIES_SPAN / 2, COUNTRIES_SPAN / 3)
        agos = (COUNTRIES_SPAN - short, *between, timedelta(0))
        travel(lab, user, *zip(FOUR, agos, strict=True))
        raised(lab, user, many_countries=count)
        other = lab.clerk.user_created()
        sign_in(lab, other, SESSIONS_SPAN - short, *minutes(4, 3, 2, 1, 0))
        raised(lab, other, many_sessions=count)


def test_the_time_of_delivery_means_nothing(lab):
    calm, busy = lab.clerk.user_created(), lab.clerk.user_created()
    for hours, country in enumerate((*FOUR, "IT", "PT")):
        # A week of sign-ins comes at once, after an outage.
        sign_in(lab, calm, timedelta(hours=25 * (6 - hours)), country=country)
    burst = [
        lab.clerk.session_created(busy, at=lab.clock.now() - ago) for ago in minutes(*range(6))
    ]
    for session in reversed(burst):
        # Six sign-ins within minutes come an hour apart, as attempts of Svix's do.
        lab.deliver(session, note=note(session)).expect("2xx")
        lab.clock.advance(hours=1)
    raised(lab, calm, many_countries=0, many_sessions=0)
    raised(lab, busy, many_sessions=1)


def test_a_late_session_completes_a_window_on_both_sides(lab):
    full, sparse = lab.clerk.user_created(), lab.clerk.user_created()
    sign_in(lab, full, *minutes(25, 24, 21, 20, 19))
    sign_in(lab, sparse, *minutes(28, 26, 24, 16, 15))
    raised(lab, full, many_sessions=0)
    # The first one makes six in six minutes; around the second one six are never together.
    sign_in(lab, full, timedelta(minutes=22))
    sign_in(lab, sparse, timedelta(minutes=20))
    raised(lab, full, many_sessions=1)
    raised(lab, sparse, many_sessions=0)
    # The same with countries: four in 20 hours, and four that no 24 hours hold.
    near, far = lab.clerk.user_created(), lab.clerk.user_created()
    once = [timedelta(days=ago) for ago in (26, 23, 20, 17)]
    for each in (near, far):
        # No country is new to them.
        travel(lab, each, *zip(FOUR, once, strict=True))
    travel(lab, near, *zip(FOUR[:3], minutes(22 * 60, 12 * 60, 2 * 60), strict=True))
    travel(lab, far, *zip(FOUR[:3], minutes(30 * 60, 26 * 60, 4 * 60), strict=True))
    raised(lab, near, many_countries=0)
    travel(lab, near, (FOUR[3], timedelta(hours=8)))
    travel(lab, far, (FOUR[3], timedelta(hours=16)))
    raised(lab, near, many_countries=1)
    raised(lab, far, many_countries=0)


def test_a_new_country_is_an_anomaly(lab):
    lab.app.restart(**ADDRESSES_STAY)
    ada, grace = lab.clerk.user_created(), lab.clerk.user_created()
    days = [timedelta(days=number) for number in (60, 50, 40, 30, 20)]
    travel(lab, ada, *zip(("FR", None, "FR"), days[:3], strict=True))
    travel(lab, grace, *zip((None, "DE"), days[:2], strict=True))
    raised(lab, ada, new_country=0)
    raised(lab, grace, new_country=0)
    travel(lab, ada, ("DE", days[3]))
    raised(lab, ada, new_country=1)
    travel(lab, ada, *zip(("FR", "DE"), (days[4], timedelta(days=10)), strict=True))
    raised(lab, ada, new_country=1)


def test_a_return_after_a_long_absence_is_an_anomaly(lab):
    lab.app.restart(**ADDRESSES_STAY)
    user = lab.clerk.user_created(at=lab.clock.now() - 3 * ABSENCE)
    start = 2 * ABSENCE + SECOND
    sign_in(lab, user, start)
    sign_in(lab, user, start - ABSENCE)
    raised(lab, user, long_absence=0)
    sign_in(lab, user, start - 2 * ABSENCE - SECOND)
    raised(lab, user, long_absence=1)


def test_impersonation_is_logged_and_is_no_sign_in(lab):
    lab.app.restart(**ADDRESSES_STAY)
    user, staff = lab.clerk.user_created(), lab.draw.id("user")
    away = ABSENCE + timedelta(days=1)
    sign_in(lab, user, away)
    for country, ago in zip(FOUR, minutes(4, 3, 2, 1), strict=True):
        played = sign_in(lab, user, ago, country=country, impersonator=staff)
    logged(lab, played, clerk_id=user.user_id, impersonated_by=staff)
    raised(lab, user, many_countries=0, many_sessions=0, new_country=0, long_absence=0)
    sign_in(lab, user, *minutes(0.8, 0.6, 0.4))
    raised(lab, user, many_countries=0, many_sessions=0, new_country=0, long_absence=1)


def test_two_sessions_at_once_see_each_other(lab):
    user = lab.clerk.user_created()
    sign_in(lab, user, *minutes(5, 4, 3, 2))
    fifth, sixth = (lab.clerk.session_created(user) for _ in range(2))
    for answer in lab.deliver.overtaken(fifth, by=sixth):
        answer.expect("2xx")
    raised(lab, user, many_sessions=1)
