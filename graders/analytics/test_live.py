"""What the counters in Redis must be like, one claim a test; rubric.toml has the titles."""

from datetime import timedelta

from hooklab.texts import pick

from .helpers.figures import HOUR, SECOND, at, deliver, in_time, session, shows, signed_up, work

DAY = timedelta(days=1)
LONGEST = timedelta(days=3)
SLACK = timedelta(minutes=1)

TODAY, YESTERDAY = "2026-03-10", "2026-03-09"
END_OF_TODAY = at("2026-03-10 23:00")


def holds(lab, counter, day, *members):
    """Fail unless the set of that day has exactly these members."""
    key = f"analytics:{counter}:{day}"
    kind = lab.redis.client.type(key)
    found = lab.redis.client.smembers(key) if kind == "set" else kind
    keys = ", ".join(sorted(lab.redis.client.keys("*"))) or "-"
    lab.require(
        found == set(members) or (kind == "none" and not members),
        en=f"in Redis, “{key}” is a set of {sorted(members)}",
        fr=f"dans Redis, « {key} » est un ensemble de {sorted(members)}",
        got=f"{sorted(found) if kind == 'set' else kind}; "
        + pick({"en": "the keys are: ", "fr": "les clés sont : "})
        + keys,
    )


def no_other_day(lab, *days):
    """Fail when there is a set of sign-ups for any other day."""
    found = lab.redis.client.keys("analytics:signups:????-??-??")
    wanted = {f"analytics:signups:{day}" for day in days}
    lab.require(
        wanted.issuperset(found),
        en=f"sets of sign-ups for {' and '.join(days)} only: nobody has come on any other day",
        fr=f"des ensembles d’inscriptions pour {' et '.join(days)} seulement : personne n’est venu "
        "un autre jour",
        got=", ".join(sorted(found)),
    )


def mortal(lab):
    """Fail when a counter has no end."""
    counters = ("analytics:signups:*", "analytics:logins:*")
    for key in (key for each in counters for key in lab.redis.client.keys(each)):
        lab.require(
            lab.redis.client.ttl(key) != -1,
            en=f"a time to live for “{key}”, whatever is cut off in between",
            fr=f"une durée de vie pour « {key} », quoi qu’il arrive entre deux commandes",
            got=pick({"en": "TTL -1: it never ends", "fr": "TTL -1 : elle ne finit jamais"}),
        )


def newcomers(lab, count=2):
    """People who signed up nine hours ago; delivered."""
    return [signed_up(lab, lab.clock.now() - 9 * HOUR) for _ in range(count)]


def test_the_counters_hold_those_of_today(lab):
    ada, grace = newcomers(lab)
    login = session(lab, ada, HOUR)
    signed_up(lab, None, via="import", public_metadata={"imported": True})
    deliver(lab, login, login, login.again(), ada, grace.again(), session(lab, grace, SECOND))
    deliver(lab, session(lab, grace, HOUR, impersonator=lab.draw.id("user")))
    work(lab)
    holds(lab, "signups", TODAY, ada.user_id, grace.user_id)
    holds(lab, "logins", TODAY, login.data["id"])
    shows(lab, "live", {"signups": 2, "logins": 1})
    # Ten past midnight in the zone; in UTC, today has most of an hour left.
    lab.clock.advance(seconds=(END_OF_TODAY - lab.clock.now()).total_seconds() + 600)
    signed_up(lab, None)
    shows(lab, "live", {"signups": 1})


def test_an_event_counts_in_the_day_when_it_happened(lab):
    before, after = (signed_up(lab, at(f"2026-03-09 {time}")) for time in ("22:59", "23:00"))
    work(lab)
    holds(lab, "signups", YESTERDAY, before.user_id)
    holds(lab, "signups", TODAY, after.user_id)
    no_other_day(lab, YESTERDAY, TODAY)
    lab.redis.wipe()
    lab.app.restart(ANALYTICS_TIME_ZONE="Asia/Kolkata")
    late = lab.clerk.session_created(after, at=at("2026-03-09 18:00"))
    unlike = signed_up(lab, at("2026-03-09 18:29"))
    deliver(lab, late.changed(user=None))
    work(lab)
    holds(lab, "signups", YESTERDAY, unlike.user_id)
    holds(lab, "signups", TODAY, before.user_id, after.user_id)


def test_a_counter_ends_after_its_day(lab):
    ada, grace = (lab.clerk.user_created(at=lab.clock.now() - 9 * HOUR) for _ in range(2))
    login = session(lab, ada, HOUR)
    for event in (ada, login):
        lab.redis.fail(lost_answer=True, times=1)
        deliver(lab, event)
        mortal(lab)
    lab.redis.recover()
    lab.redis.wipe()
    lab.redis.fail(lost_answer=True, times=1)
    work(lab)
    mortal(lab)
    lab.redis.recover()
    deliver(lab, grace)
    work(lab)
    holds(lab, "signups", TODAY, ada.user_id, grace.user_id)
    holds(lab, "logins", TODAY, login.data["id"])
    left = END_OF_TODAY - lab.clock.now()
    for counter in ("signups", "logins"):
        ttl = timedelta(seconds=lab.redis.client.ttl(f"analytics:{counter}:{TODAY}"))
        lab.require(
            left - SLACK <= ttl <= left + LONGEST,
            en=f"analytics:{counter}:{TODAY} ends after its day, which has {left} left, and at "
            "most three days later",
            fr=f"analytics:{counter}:{TODAY} finit après son jour, qui dure encore {left}, et "
            "trois jours plus tard au plus",
            got=f"TTL {ttl}",
        )


def test_a_redis_that_is_away_costs_nothing(lab):
    ada, grace = (lab.clerk.user_created(at=lab.clock.now() - 9 * HOUR) for _ in range(2))
    login = session(lab, ada, HOUR)
    with lab.redis.hold("command"):
        request = lab.deliver.later(ada)
        in_time(lab, request, "Redis")
    lab.redis.fail(refuse=True)
    deliver(lab, grace, login)
    shows(lab, "signups.total", 2)
    lab.redis.recover()
    work(lab)
    holds(lab, "signups", TODAY, ada.user_id, grace.user_id)
    holds(lab, "logins", TODAY, login.data["id"])
    shows(lab, "live", {"signups": 2, "logins": 1})


def test_lost_counters_are_rebuilt_from_the_log(lab):
    ada, grace = newcomers(lab)
    login = session(lab, ada, HOUR)
    old = signed_up(lab, lab.clock.now() - 9 * HOUR - DAY)
    imported = signed_up(lab, lab.clock.now() - HOUR, via="import")
    deliver(lab, login, session(lab, grace, SECOND), session(lab, imported, SECOND))
    # The first moment of a day is no part of the day before it.
    kim = signed_up(lab, at("2026-03-09 23:00"))
    first = lab.clerk.session_created(old, at=kim.occurred_at)
    deliver(lab, first)
    work(lab)
    holds(lab, "signups", TODAY, ada.user_id, grace.user_id, kim.user_id)
    lab.redis.wipe()
    work(lab)
    holds(lab, "signups", TODAY, ada.user_id, grace.user_id, kim.user_id)
    holds(lab, "signups", YESTERDAY, old.user_id)
    holds(lab, "logins", TODAY, login.data["id"], first.data["id"])
    holds(lab, "logins", YESTERDAY)
    mortal(lab)
