"""What somebody changes a year later: numbers and rules by settings, code by reading it."""

from datetime import timedelta

from hooklab.texts import pick

from .helpers import ADDRESSES_STAY, RULES, cron, note, only, without

MOST_LINES = 40
MOST_BRANCHES = 10


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


def expect_some(lab, user, rule, setting):
    """Fail unless the rule, with this setting, has raised an alert.

    Whether it has raised another at once is the claim of the cooldown.
    """
    found = alerts(lab, user, rule)
    lab.require(
        found > 0,
        en=f"{rule} with {setting}: at least 1",
        fr=f"{rule} avec {setting} : au moins 1",
        got=str(found),
    )


def test_the_limits_come_from_settings(lab):
    # Whether a limit is reached or passed is the claim of others: each is passed by far, or not.
    lab.app.restart(FRAUD_MAX_COUNTRIES="2", FRAUD_MAX_SESSIONS="3", FRAUD_ABSENCE_DAYS="7")
    ada = lab.clerk.user_created()
    sign_in(lab, ada, ago=timedelta(days=8))
    sign_in(lab, ada, ago=timedelta(minutes=4))
    expect(lab, ada, 1, "long_absence", "FRAUD_ABSENCE_DAYS=7")
    expect(lab, ada, 0, "many_countries", "FRAUD_MAX_COUNTRIES=2")
    expect(lab, ada, 0, "many_sessions", "FRAUD_MAX_SESSIONS=3")
    for country, minutes in (("BE", 3), ("DE", 2), ("DE", 1)):
        sign_in(lab, ada, country, ago=timedelta(minutes=minutes))
    expect_some(lab, ada, "many_countries", "FRAUD_MAX_COUNTRIES=2")
    expect_some(lab, ada, "many_sessions", "FRAUD_MAX_SESSIONS=3")
    lab.app.restart(FRAUD_MAX_COUNTRIES="5", FRAUD_MAX_SESSIONS="7", FRAUD_ABSENCE_DAYS="100")
    grace = lab.clerk.user_created()
    sign_in(lab, grace, ago=timedelta(days=99))
    for country in ("FR", "BE", "DE", "ES", "FR", "FR"):
        sign_in(lab, grace, country)
    expect(lab, grace, 0, "long_absence", "FRAUD_ABSENCE_DAYS=100")
    expect(lab, grace, 0, "many_countries", "FRAUD_MAX_COUNTRIES=5")
    expect(lab, grace, 0, "many_sessions", "FRAUD_MAX_SESSIONS=7")


def test_the_windows_come_from_settings(lab):
    lab.app.restart(FRAUD_COOLDOWN_HOURS="1", **only("new_country"))
    kim = lab.clerk.user_created()
    # The last two come exactly one hour after an alert, and before one.
    stops = (("FR", 500, 0), ("DE", 110, 1), ("BE", 51, 1), ("CH", 50, 2), ("IT", 170, 3))
    for country, minutes, count in stops:
        sign_in(lab, kim, country, ago=timedelta(minutes=minutes))
        expect(lab, kim, count, "new_country", "FRAUD_COOLDOWN_HOURS=1")
    counting = {"FRAUD_COOLDOWN_HOURS": "1", **without("new_country", "long_absence")}
    lab.app.restart(FRAUD_COUNTRIES_HOURS="72", FRAUD_SESSIONS_MINUTES="60", **counting)
    ada, grace = lab.clerk.user_created(), lab.clerk.user_created()
    for country, hours in zip(("FR", "BE", "DE", "ES"), (71, 50, 25, 0), strict=True):
        sign_in(lab, ada, country, ago=timedelta(hours=hours))
    expect_some(lab, ada, "many_countries", "FRAUD_COUNTRIES_HOURS=72")
    # One comes late, and the window that ends with the last three begins after it.
    for minutes in (59, 50, 40, 0, 0, 0, 60):
        sign_in(lab, grace, ago=timedelta(minutes=minutes))
    expect(lab, grace, 1, "many_sessions", "FRAUD_SESSIONS_MINUTES=60")
    lab.app.restart(FRAUD_COUNTRIES_HOURS="1", FRAUD_SESSIONS_MINUTES="1", **counting)
    ada, grace = lab.clerk.user_created(), lab.clerk.user_created()
    # Never more than two in the hour, or in the minute.
    for country, minutes in zip(("FR", "BE", "DE", "ES"), (150, 100, 50, 0), strict=True):
        sign_in(lab, ada, country, ago=timedelta(minutes=minutes))
    for seconds in (150, 120, 90, 60, 30, 0):
        sign_in(lab, grace, ago=timedelta(seconds=seconds))
    expect(lab, ada, 0, "many_countries", "FRAUD_COUNTRIES_HOURS=1")
    expect(lab, grace, 0, "many_sessions", "FRAUD_SESSIONS_MINUTES=1")


def test_a_rule_is_switched_off_by_settings(lab):
    for off, left in (
        ("many_sessions, new_country", {"many_countries", "long_absence"}),
        # A name that no rule has switches nothing off.
        ("long_absence,many_countries,new_countrie", {"many_sessions", "new_country"}),
    ):
        lab.app.restart(FRAUD_RULES_OFF=off, **ADDRESSES_STAY)
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


def expect_some_alert(lab):
    """Fail unless somebody is told of a user who breaks every rule by far."""
    user = lab.clerk.user_created()
    sign_in(lab, user, ago=timedelta(days=300))
    for country in ("FR", "BE", "DE", "ES", "IT", "PT", "CH", "AT"):
        sign_in(lab, user, country)
    lab.require(
        lab.inbox.mails(user.email) or lab.slack.posted(user.user_id),
        en="an alert about a user who breaks every rule by far",
        fr="une alerte sur une personne qui enfreint largement toutes les règles",
        got=pick({"en": "there is none", "fr": "il n’y en a aucune"}),
    )


def test_no_function_is_long_or_tangled(lab):
    # A style is that of an answer: while nobody ever gets to know of anything, there is none yet.
    expect_some_alert(lab)
    for each in lab.source.functions():
        lab.require(
            each.lines <= MOST_LINES and each.branches <= MOST_BRANCHES,
            en=f"functions of at most {MOST_LINES} lines of code and {MOST_BRANCHES} branches",
            fr=f"des fonctions d’au plus {MOST_LINES} lignes de code et {MOST_BRANCHES} branches",
            got=f"{each.place} {each.name}(): {each.lines}, {each.branches}",
        )
