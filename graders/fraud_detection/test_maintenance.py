"""What somebody changes a year later: numbers and rules by settings, code by reading it."""

from datetime import timedelta

from .helpers import cron, note

MOST_LINES = 40
MOST_BRANCHES = 10

RULES = {"many_countries", "many_sessions", "new_country", "long_absence"}


def sign_in(lab, user, country="FR", *, ago=timedelta(0)):
    """Deliver a session that began so long ago, and let the cron examine it."""
    session = lab.clerk.session_created(user, country=country, at=lab.clock.now() - ago)
    lab.deliver(session, note=note(session)).expect("2xx")
    cron(lab)


def alerts(lab, user, rule):
    """How many alerts the rule has raised about the user."""
    return len(lab.db.rows("security_alert", clerk_id=user.user_id, rule=rule))


def expect(lab, user, count, rule, setting):
    """Fail unless the rule, with this setting, has raised so many alerts."""
    found = alerts(lab, user, rule)
    lab.require(
        found == count,
        en=f"{rule} with {setting}: {count}",
        fr=f"{rule} avec {setting} : {count}",
        got=str(found),
    )


def test_the_limits_come_from_settings(lab):
    lab.app.restart(FRAUD_MAX_COUNTRIES="1", FRAUD_MAX_SESSIONS="2", FRAUD_ABSENCE_DAYS="7")
    ada = lab.clerk.user_created()
    sign_in(lab, ada, ago=timedelta(days=8))
    sign_in(lab, ada, ago=timedelta(minutes=3))
    expect(lab, ada, 1, "long_absence", "FRAUD_ABSENCE_DAYS=7")
    expect(lab, ada, 0, "many_countries", "FRAUD_MAX_COUNTRIES=1")
    sign_in(lab, ada, "BE", ago=timedelta(minutes=2))
    expect(lab, ada, 1, "many_countries", "FRAUD_MAX_COUNTRIES=1")
    expect(lab, ada, 0, "many_sessions", "FRAUD_MAX_SESSIONS=2")
    sign_in(lab, ada, ago=timedelta(minutes=1))
    expect(lab, ada, 1, "many_sessions", "FRAUD_MAX_SESSIONS=2")
    lab.app.restart(FRAUD_MAX_COUNTRIES="4", FRAUD_MAX_SESSIONS="6", FRAUD_ABSENCE_DAYS="100")
    grace = lab.clerk.user_created()
    sign_in(lab, grace, ago=timedelta(days=99))
    for country in ("FR", "BE", "DE", "ES", "FR", "FR"):
        sign_in(lab, grace, country)
    expect(lab, grace, 0, "long_absence", "FRAUD_ABSENCE_DAYS=100")
    expect(lab, grace, 0, "many_countries", "FRAUD_MAX_COUNTRIES=4")
    expect(lab, grace, 0, "many_sessions", "FRAUD_MAX_SESSIONS=6")


def test_the_windows_come_from_settings(lab):
    lab.app.restart(
        FRAUD_COUNTRIES_HOURS="72", FRAUD_SESSIONS_MINUTES="60", FRAUD_COOLDOWN_HOURS="2"
    )
    ada, grace = lab.clerk.user_created(), lab.clerk.user_created()
    for country, hours in zip(("FR", "BE", "DE", "ES"), (71, 50, 25, 0), strict=True):
        sign_in(lab, ada, country, ago=timedelta(hours=hours))
    expect(lab, ada, 1, "many_countries", "FRAUD_COUNTRIES_HOURS=72")
    for minutes in (59, 50, 40, 30, 20, 0):
        sign_in(lab, grace, ago=timedelta(minutes=minutes))
    expect(lab, grace, 1, "many_sessions", "FRAUD_SESSIONS_MINUTES=60")
    kim = lab.clerk.user_created()
    stops = (("FR", 300, 0), ("DE", 200, 1), ("BE", 81, 1), ("CH", 80, 2))
    for country, minutes, count in stops:
        sign_in(lab, kim, country, ago=timedelta(minutes=minutes))
        expect(lab, kim, count, "new_country", "FRAUD_COOLDOWN_HOURS=2")
    lab.app.restart(FRAUD_COUNTRIES_HOURS="1", FRAUD_SESSIONS_MINUTES="1")
    ada, grace = lab.clerk.user_created(), lab.clerk.user_created()
    for country, minutes in zip(("FR", "BE", "DE", "ES"), (60, 40, 20, 0), strict=True):
        sign_in(lab, ada, country, ago=timedelta(minutes=minutes))
    for seconds in (60, 48, 36, 24, 12, 0):
        sign_in(lab, grace, ago=timedelta(seconds=seconds))
    expect(lab, ada, 0, "many_countries", "FRAUD_COUNTRIES_HOURS=1")
    expect(lab, grace, 0, "many_sessions", "FRAUD_SESSIONS_MINUTES=1")


def test_a_rule_is_switched_off_by_settings(lab):
    for off, left in (
        ("many_sessions, new_country", {"many_countries", "long_absence"}),
        # A name that no rule has switches nothing off.
        ("long_absence,many_countries,new_countrie", {"many_sessions", "new_country"}),
    ):
        lab.app.restart(FRAUD_RULES_OFF=off)
        user = lab.clerk.user_created()
        sign_in(lab, user, ago=timedelta(days=100))
        for country in ("FR", "BE", "DE", "ES", "FR", "FR"):
            sign_in(lab, user, country)
        found = {rule for rule in RULES if alerts(lab, user, rule)}
        lab.require(
            found == left,
            en=f"alerts of {', '.join(sorted(left))} with FRAUD_RULES_OFF={off}",
            fr=f"des alertes de {', '.join(sorted(left))} avec FRAUD_RULES_OFF={off}",
            got=", ".join(sorted(found)) or "-",
        )


def test_no_function_is_long_or_tangled(lab):
    for each in lab.source.functions():
        lab.require(
            each.lines <= MOST_LINES and each.branches <= MOST_BRANCHES,
            en=f"functions of at most {MOST_LINES} lines of code and {MOST_BRANCHES} branches",
            fr=f"des fonctions d’au plus {MOST_LINES} lignes de code et {MOST_BRANCHES} branches",
            got=f"{each.file}:{each.line} {each.name}(): {each.lines}, {each.branches}",
        )
