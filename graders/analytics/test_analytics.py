"""What Segment is told, and the figures of the summary, one claim a test; rubric.toml has titles.

An answer may count and send when something comes, or leave that to the cron: before a check looks,
the cron has run.
"""

from datetime import timedelta

from .helpers.figures import (
    HOUR,
    OWN_SESSION,
    SECOND,
    act,
    admin,
    around,
    at,
    days,
    deliver,
    expect_event,
    expect_tracked,
    few,
    figure,
    hours,
    in_time,
    session,
    show,
    shows,
    signed_up,
    work,
)

MILLISECOND = timedelta(milliseconds=1)


# Events


def test_a_signup_is_tracked_as_it_happened(lab):
    ada = signed_up(lab, lab.clock.now() - 2 * HOUR)
    grace = signed_up(lab, lab.clock.now() - HOUR, via="google")
    expect_event(lab, "user_signed_up", ada, ada.occurred_at, {"source": "email"})
    expect_event(lab, "user_signed_up", grace, grace.occurred_at, {"source": "google"})
    prefix = f"{lab.draw.word()}-"
    lab.app.restart(ANALYTICS_MESSAGE_PREFIX=prefix)
    kim = signed_up(lab, lab.clock.now() - HOUR)
    expect_event(lab, "user_signed_up", kim, kim.occurred_at, {"source": "email"}, prefix)


def test_a_login_is_tracked_as_it_happened(lab):
    ada, grace = (signed_up(lab, lab.clock.now() - 9 * HOUR) for _ in range(2))
    known, unknown = session(lab, ada, HOUR, country="SN"), session(lab, grace, HOUR, country=None)
    deliver(lab, known, unknown)
    expect_event(lab, "user_logged_in", ada, known.occurred_at, {"country": "SN"})
    expect_event(lab, "user_logged_in", grace, unknown.occurred_at, {"country": None})


def test_only_real_logins_are_logins(lab):
    user = signed_up(lab, lab.clock.now() - 9 * HOUR)
    own = session(lab, user, OWN_SESSION - MILLISECOND)
    nobodys = session(lab, user, OWN_SESSION / 2).changed(user=None)
    deliver(lab, session(lab, user, timedelta(0)), own, nobodys)
    deliver(lab, session(lab, user, HOUR, impersonator=lab.draw.id("user")))
    deliver(lab, lab.clerk.session_pending(user), lab.clerk.user_updated(user))
    deliver(lab, lab.clerk.session_ended(own), lab.clerk.other("session.invented", {"id": "x"}))
    forged = session(lab, user, HOUR)
    lab.deliver(forged, change=lab.draw.forged()).expect("4xx")
    expect_tracked(lab, 0, "user_logged_in", user)
    first = session(lab, user, OWN_SESSION)
    later = session(lab, user, 2 * OWN_SESSION).changed(user=None)
    deliver(lab, first, later)
    expect_tracked(lab, 2, "user_logged_in", user)
    shows(lab, "logins.total", 2)
    lab.app.restart(ANALYTICS_SIGNUP_SESSION_SECONDS=str(10 * OWN_SESSION.seconds))
    longer = lab.clerk.user_created(at=lab.clock.now() - 9 * HOUR)
    deliver(lab, longer, session(lab, longer, 10 * OWN_SESSION - MILLISECOND))
    expect_tracked(lab, 0, "user_logged_in", longer)
    deliver(lab, session(lab, longer, 10 * OWN_SESSION))
    expect_tracked(lab, 1, "user_logged_in", longer)


def test_whom_a_server_made_has_not_signed_up(lab):
    past = lab.clock.now() - 9 * HOUR
    imported = signed_up(lab, past, via="import", public_metadata={"imported": True})
    made = [signed_up(lab, None, via=via) for via in ("dashboard", "api")]
    liar = signed_up(lab, None, unsafe_metadata={"imported": True})
    said = [
        signed_up(lab, None, public_metadata={"imported": no}) for no in ("false", "true", False)
    ]
    by_admin = lab.clerk.user_created(via="dashboard")
    # Only the primary address says who made the user, wherever it stands.
    (proved,), other = by_admin.data["email_addresses"], {**said[0].data["email_addresses"][0]}
    made.append(by_admin.changed(email_addresses=[{**other, "id": lab.draw.id("idn")}, proved]))
    for before, after in (((proved,), ()), ((), (proved,))):
        themselves = lab.clerk.user_created()
        own = themselves.data["email_addresses"]
        said.append(themselves.changed(email_addresses=[*before, *own, *after]))
    deliver(lab, made[-1], *said[-2:])
    for somebody in (liar, *said):
        expect_tracked(lab, 1, "user_signed_up", somebody)
    for nobody in (imported, *made):
        expect_tracked(lab, 0, "user_signed_up", nobody)
    sources = {"import": 1, "admin": len(made), "email": 1 + len(said)}
    show(lab, {"signups.total": 1 + len(said), "users.by_source": sources})
    deliver(lab, session(lab, imported, HOUR))
    expect_tracked(lab, 1, "user_logged_in", imported)


def test_a_repeated_event_is_tracked_once(lab):
    ada, grace = (lab.clerk.user_created(at=lab.clock.now() - 9 * HOUR) for _ in range(2))
    login = session(lab, ada, HOUR)
    for event in (ada, login):
        deliver(lab, event, event, event.again())
        work(lab)
        deliver(lab, event, event.again())
    for answer in lab.deliver.together([grace] * 4 + [grace.again()] * 2):
        answer.expect("2xx")
    expect_tracked(lab, 1, "user_signed_up", ada)
    expect_tracked(lab, 1, "user_logged_in", ada)
    expect_tracked(lab, 1, "user_signed_up", grace)


def test_nothing_personal_leaves_for_segment(lab):
    canary, ip = lab.draw.word(), lab.draw.ip()
    secrets = {
        "first_name": lab.draw.word(),
        "last_name": lab.draw.word(),
        "email": lab.draw.address(),
        "username": f"{canary}_yellow",
        "external_id": f"crm-{canary}",
    }
    user = signed_up(
        lab,
        lab.clock.now() - 9 * HOUR,
        public_metadata={"plan": f"public-{canary}"},
        private_metadata={"note": f"private-{canary}"},
        unsafe_metadata={"wish": f"unsafe-{canary}"},
        **secrets,
    )
    login = session(lab, user, HOUR, ip=ip)
    deliver(lab, login)
    expect_tracked(lab, 1, "user_signed_up", user)
    expect_tracked(lab, 1, "user_logged_in", user)
    sent = "\n".join(repr(call.json) + repr(call.query) for call in lab.analytics.calls())
    hidden = [*secrets.values(), ip, canary, "img.clerk.com", "Mozilla"]
    found = [each for each in hidden if each.lower() in sent.lower()]
    lab.require(
        not found,
        en="messages without names, addresses, metadata and devices",
        fr="des messages sans noms, adresses, métadonnées ni appareils",
        got=f"{', '.join(found)}\n{sent}",
    )


def test_trouble_at_segment_loses_nothing(lab):
    ada = lab.clerk.user_created(at=lab.clock.now() - 3 * HOUR)
    grace = lab.clerk.user_created(at=lab.clock.now() - 2 * HOUR)
    kim = lab.clerk.user_created(at=lab.clock.now() - HOUR)
    lab.analytics.fail(refuse=True)
    deliver(lab, ada)
    shows(lab, "signups.total", 1)
    expect_tracked(lab, 0, "user_signed_up", ada)
    for fault in lab.draw.order(({"status": 503}, {"status": 429, "retry_after": 30})):
        lab.analytics.fail(**fault)
        lab.clock.advance(hours=1)
        work(lab)
    lab.analytics.fail(lost_answer=True, times=1)
    for _ in range(3):
        lab.clock.advance(hours=1)
        work(lab)
    expect_event(lab, "user_signed_up", ada, ada.occurred_at, {"source": "email"})
    # What Segment refuses for good must not keep what comes after it.
    lab.analytics.fail(status=400, times=1)
    deliver(lab, grace)
    work(lab)
    deliver(lab, kim)
    lab.clock.advance(hours=1)
    work(lab)
    expect_event(lab, "user_signed_up", kim, kim.occurred_at, {"source": "email"})


def test_a_segment_that_hangs_holds_nobody_up(lab):
    users = [lab.clerk.user_created() for _ in range(2)]
    with lab.analytics.hold("request") as hold:
        first = lab.deliver.later(users[0])
        in_time(lab, first, "Segment")
        cron = lab.cron.later()
        # Whoever sends does so now, in the request's wake or in the cron.
        hold.wait(1, timeout=2)
        second = lab.deliver.later(users[1])
        in_time(lab, second, "Segment")
    cron.result().expect("2xx")
    lab.clock.advance(hours=1)
    for user in users:
        expect_tracked(lab, 1, "user_signed_up", user)


# Metrics


def test_the_summary_is_for_administrators(lab):
    signed_up(lab, None)
    shows(lab, "signups.total", 1)
    strangers = (
        *lab.draw.strangers(lab.settings["ADMIN_TOKEN"]),
        {"authorization": "Basic !"},
        {"authorization": f"Bearer {lab.settings['CRON_SECRET']}"},
    )
    for header in lab.draw.order(strangers):
        lab.app.get("/analytics/summary", headers=header).expect("401", "403")
    lab.app.restart(ADMIN_TOKEN="")
    for header in ({"authorization": "Bearer "}, {"authorization": "Bearer"}, admin(lab)):
        lab.app.get("/analytics/summary", headers=header).expect("401", "403")


def test_signups_count_in_the_hours_of_the_zone(lab):
    before, midnight, morning, seven, later = (few(lab) for _ in range(5))
    signed_up(lab, *[at("2026-03-09 22:59:59.999")] * before, *[at("2026-03-09 23:00")] * midnight)
    signed_up(lab, *[at("2026-03-10 06:59:59.999")] * morning)
    signed_up(lab, *[at("2026-03-10 07:00")] * seven, *[at("2026-03-10 07:10")] * later)
    today, after = midnight + morning + seven + later, seven + later
    counts = [midnight, 0, 0, 0, 0, 0, 0, morning, after, *[0] * 15]
    hours(lab, "signups.by_hour", at("2026-03-09 23:00"), counts)
    yesterday = around(23, 24, before)
    hours(lab, "signups.by_hour", at("2026-03-08 23:00"), yesterday, day="2026-03-09")
    days(lab, "2026-03-10", {"2026-03-09": before, "2026-03-10": today})
    days(lab, "2026-03-09", {"2026-03-09": before}, day="2026-03-09")
    lab.app.restart(ANALYTICS_TIME_ZONE="Asia/Kolkata")
    # Half an hour beside UTC: 22:59Z is 4:29 there, 7:00Z is 12:30.
    shows(lab, "time_zone", "Asia/Kolkata")
    counts = [*[0] * 4, before + midnight, *[0] * 7, morning + after, *[0] * 11]
    hours(lab, "signups.by_hour", at("2026-03-09 18:30"), counts)
    days(lab, "2026-03-10", {"2026-03-10": before + today})
    lab.clock.advance(hours=9, minutes=40)
    shows(lab, "day", "2026-03-11")


def test_a_day_may_have_23_or_25_hours(lab):
    spring = [few(lab) for _ in range(3)]
    moments = ("2025-03-30 00:59", "2025-03-30 01:01", "2025-03-30 21:59")
    for moment, count in zip(moments, spring, strict=True):
        signed_up(lab, *[at(moment)] * count)
    counts = [0, *spring[:2], *[0] * 19, spring[2]]
    hours(lab, "signups.by_hour", at("2025-03-29 23:00"), counts, day="2025-03-30")
    # Half past two comes twice.
    first, second, last, after = (few(lab) for _ in range(4))
    signed_up(lab, *[at("2025-10-26 00:30")] * first)
    signed_up(lab, *[at("2025-10-26 01:30")] * second, at("2025-10-26 01:31"))
    signed_up(lab, *[at("2025-10-26 22:59")] * last, *[at("2025-10-26 23:01")] * after)
    counts = [0, 0, first, second + 1, *[0] * 20, last]
    hours(lab, "signups.by_hour", at("2025-10-25 22:00"), counts, day="2025-10-26")
    wanted = {"2025-10-26": sum(counts), "2025-10-27": after}
    days(lab, "2025-10-27", wanted, day="2025-10-27")


def test_the_last_24_hours_end_with_this_one(lab):
    lab.clock.advance(minutes=50)
    oldest, eight, nine = (few(lab) for _ in range(3))
    signed_up(lab, at("2026-03-09 09:59:59.999"), *[at("2026-03-09 10:00")] * oldest)
    signed_up(lab, *[at("2026-03-10 08:30")] * eight, *[at("2026-03-10 09:45")] * nine)
    path, first = "signups.last_24_hours", at("2026-03-09 10:00")
    hours(lab, path, first, [oldest, *[0] * 21, eight, nine])
    lab.clock.advance(minutes=20)
    hours(lab, path, first + HOUR, [*[0] * 21, eight, nine, 0])
    lab.app.restart(ANALYTICS_TIME_ZONE="Asia/Kolkata")
    hours(lab, path, first + HOUR / 2, [*[0] * 22, eight, nine])


def test_an_event_counts_once_in_its_own_hour(lab):
    # Where a day begins is the claim of another check.
    lab.app.restart(ANALYTICS_TIME_ZONE="UTC")
    hour = lab.random.randrange(22)
    moment = at("2026-03-08 00:30") + hour * HOUR
    late, rival = (lab.clerk.user_created(at=moment) for _ in range(2))
    with lab.database.unavailable():
        lab.deliver(late).expect("5xx")
    for _ in range(3):
        lab.clock.advance(hours=5)
        deliver(lab, late, late.again())
    for answer in lab.deliver.together([rival] * 6 + [rival.again()] * 2):
        answer.expect("2xx")
    login = session(lab, late, HOUR)
    deliver(lab, login, login.again(), login)
    counts = around(hour, 24, 2)
    hours(lab, "signups.by_hour", at("2026-03-08 00:00"), counts, day="2026-03-08")
    show(lab, {"signups.total": 2, "logins.total": 1})


def test_each_way_in_has_its_source(lab):
    ways = ("email", "google", "google_2025", "google_legacy", "phone", "username", "web3", "saml")
    more = {way: few(lab) - 1 for way in ways}
    for way in lab.draw.order(ways):
        signed_up(lab, *[None] * (more[way] + 1), via=way)
    for other in ("saml_accounts", "enterprise_accounts"):
        deliver(lab, lab.clerk.user_created(via="saml").changed(**{other: []}))
    signed_up(lab, None, verified=None)
    google = lab.clerk.user_created(via="google")
    account = google.data["external_accounts"][0]
    for provider in ("oauth_github", "oauth_custom_acme", "oauth_apple"):
        other = lab.clerk.user_created(via="google")
        deliver(lab, other.changed(external_accounts=[{**account, "provider": provider}]))
    both = [{**account, "provider": f"oauth_{name}"} for name in ("microsoft", "facebook")]
    deliver(lab, lab.clerk.user_created(via="google").changed(external_accounts=both))
    legacy = lab.clerk.user_created(via="google_legacy")
    account = {**legacy.data["external_accounts"][0], "object": "facebook_account"}
    deliver(lab, legacy.changed(external_accounts=[account]))
    bare = lab.clerk.user_created(via="username").changed(username=None)
    dangling = lab.clerk.user_created().changed(email_addresses=[])
    deliver(lab, bare, dangling)
    stray = lab.clerk.user_created().changed(primary_email_address_id=lab.draw.id("idn"))
    deliver(lab, stray, *of_two_lines(lab))
    more["google"] += more.pop("google_2025") + more.pop("google_legacy")
    wanted = {"import": 2, "admin": 1, "saml": 4, "google": 4}
    wanted |= {"web3": 2, "email": 3, "phone": 2, "username": 1}
    wanted = {way: count + more.get(way, 0) for way, count in wanted.items()}
    others = {"facebook": 1, "github": 1, "apple": 1, "microsoft": 1, "unknown": 4}
    shows(lab, "users.by_source", wanted | others)


def of_two_lines(lab):
    """Users of two neighbouring lines of the table or more, of which the first decides."""
    samples = {way: lab.clerk.user_created(via=way).data for way in ("google", "saml", "web3")}
    wallets = {"web3_wallets": samples["web3"]["web3_wallets"]}
    google = {"external_accounts": samples["google"]["external_accounts"]}
    saml = {key: samples["saml"][key] for key in ("saml_accounts", "enterprise_accounts")}
    number = lab.clerk.user_created(via="phone")
    phone = {key: number.data[key] for key in ("phone_numbers", "primary_phone_number_id")}
    named = {"username": lab.draw.word().lower()}
    imported = {"public_metadata": {"imported": True}}
    return [
        lab.clerk.user_created(via="dashboard").changed(**imported),
        lab.clerk.user_created(via="google").changed(**imported),
        lab.clerk.user_created(via="dashboard").changed(**saml, **google),
        lab.clerk.user_created().changed(**saml, **google),
        lab.clerk.user_created().changed(**google, **wallets, **named),
        lab.clerk.user_created().changed(**wallets, **phone, **named),
        lab.clerk.user_created().changed(**phone, **named),
        number.changed(**named),
    ]


def test_rates_are_those_of_people_who_signed_up(lab):
    signed_up(lab, None, via="import", public_metadata={"imported": True})
    show(lab, {f"conversion.{rate}": None for rate in ("activation_rate", "login_rate")})
    past = lab.clock.now() - 9 * HOUR
    ada, grace, kim, late = (lab.clerk.user_created(at=past) for _ in range(4))
    deliver(lab, ada, grace, kim)
    for who in (ada, ada, late):
        act(lab, who)
    deliver(lab, late)
    imported = signed_up(lab, past, via="import", public_metadata={"imported": True})
    act(lab, imported)
    deliver(lab, session(lab, imported, HOUR), session(lab, ada, SECOND), session(lab, kim, SECOND))
    for hour in (1, 2, 3):
        deliver(lab, session(lab, kim, hour * HOUR))
    others = few(lab)
    signed_up(lab, *[None] * others)
    count = 4 + others
    counts = {"signed_up": count, "activated": 2, "logged_in": 1}
    figures = {**counts, "activation_rate": 2 / count, "login_rate": 1 / count}
    show(lab, {f"conversion.{name}": wanted for name, wanted in figures.items()})


def test_the_wait_is_the_median_until_the_first_login(lab):
    path = "conversion.median_seconds_to_first_login"
    # Seconds that are no whole hours: nobody has seen these medians before.
    odd = timedelta(seconds=lab.random.randrange(60, 1800))
    past = lab.clock.now() - 40 * HOUR
    ada, grace, kim, nobody = (lab.clerk.user_created(at=past) for _ in range(4))
    deliver(lab, ada, nobody, session(lab, ada, SECOND))
    shows(lab, path, None)
    logins = [session(lab, ada, hours * HOUR + odd) for hours in (5, 1, 7)]
    deliver(lab, *logins)
    shows(lab, path, (HOUR + odd).total_seconds())
    # The session comes before its user, and staff came before the user did.
    deliver(lab, session(lab, grace, 2 * HOUR + odd), grace)
    deliver(lab, session(lab, grace, HOUR, impersonator=lab.draw.id("user")))
    imported = signed_up(lab, past, via="import", public_metadata={"imported": True})
    deliver(lab, session(lab, imported, 9 * HOUR))
    shows(lab, path, (1.5 * HOUR + odd).total_seconds())
    deliver(lab, kim, session(lab, kim, 30 * HOUR))
    shows(lab, path, (2 * HOUR + odd).total_seconds())


def test_connected_is_who_has_an_open_session(lab):
    ada, grace, kim = (signed_up(lab, lab.clock.now() - 9 * HOUR) for _ in range(3))
    more = few(lab)
    # The last of them lasts longest.
    one, two, *others, three = (session(lab, ada, SECOND * each) for each in range(3 + more))
    early = session(lab, grace, HOUR)
    deliver(lab, *lab.draw.order((one, two, *others, three)), lab.clerk.session_ended(early), early)
    deliver(lab, session(lab, kim, HOUR, impersonator=lab.draw.id("user")))
    deliver(lab, lab.clerk.session_pending(kim))
    shows(lab, "connected", {"users": 1, "sessions": 3 + more})
    deliver(lab, lab.clerk.session_removed(one), session(lab, kim, HOUR))
    deliver(lab, three, three.again(), early.again())
    shows(lab, "connected", {"users": 2, "sessions": 3 + more})
    deliver(lab, lab.clerk.session_revoked(two))
    shows(lab, "connected", {"users": 2, "sessions": 2 + more})
    # No event comes when a session expires.
    until = at("1970-01-01") + timedelta(milliseconds=three.data["expire_at"])
    lab.clock.advance(seconds=(until - lab.clock.now() - MILLISECOND).total_seconds())
    shows(lab, "connected", {"users": 2, "sessions": 2})
    lab.clock.advance(seconds=MILLISECOND.total_seconds())
    shows(lab, "connected", {"users": 1, "sessions": 1})
    lab.clock.advance(hours=2)
    nobody = {"users": 0, "sessions": 0}
    found = figure(lab, "connected")
    lab.require(
        isinstance(found, dict) and found.items() >= nobody.items(),
        en=f"connected = {nobody!r} once every session has expired",
        fr=f"connected = {nobody!r} quand toutes les sessions ont expiré",
        got=repr(found),
    )
