"""What the statistics must say."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import partial
from itertools import count, pairwise
from zoneinfo import ZoneInfo

from .helpers import (
    PAGE,
    Browser,
    ask,
    bearer,
    durations,
    expect,
    fail,
    instant,
    listed,
    logged,
    replay_form,
    seed,
    stats,
)

MANY = 100_000
MOST_STATEMENTS = 20
MOST_ROWS = 1000

# What an answer costs is measured, too: that the app names few statements proves nothing. So many
# readings of every row it may take; rows that are kept in Python need more memory than this.
MOST_READINGS = 6
# The time for all is told from that for a tenth.
SHARE = 10
MOST_BYTES = 20_000_000

# A list of a hundred against one of a few; with a statement for each row it is four times as much.
MOST_FOR_A_LIST = 2.0

# A scale for the costs of one day: so many requests, with few rows in the table and with many. On
# a busy machine a right answer grew 1.8 times, and one that reads all rows 3.3 times at least.
REQUESTS = 20
MOST_GROWTH = 2.5
# The system counts in hundredths of a second.
LEAST_SECONDS = 0.05

# Of some fifty thousand rows, of which some queries find 250.
MOST_READ = 25_000


def test_the_figures_count_each_message_once(lab):
    count = lab.random.randrange(2, 9)
    signups = [lab.clerk.user_created() for _ in range(count)]
    for signup in signups:
        lab.deliver(signup).expect("2xx")
    fail(lab, lab.clerk.user_created(), times=3)
    found = stats(lab)
    expect(lab, found, total=count + 1, failed=1, success_rate=count / (count + 1))
    expect(lab, {"deliveries": len(listed(lab, found))}, deliveries=count + 1)
    mended = lab.clerk.user_created()
    fail(lab, mended)
    lab.deliver(mended).expect("2xx")
    lab.deliver(lab.clerk.user_updated(mended)).expect("2xx")
    lab.deliver(signups[0], note="Svix").expect("2xx")
    by_type = {"user.created": count + 2, "user.updated": 1}
    rate = (count + 2) / (count + 3)
    # The same question in the same minute, and the table has changed.
    found = stats(lab)
    expect(lab, found, total=count + 3, by_type=by_type, failed=1, success_rate=rate)
    expect(lab, {"deliveries": len(listed(lab, found))}, deliveries=count + 3)


def test_an_empty_log_has_no_rate(lab):
    seed(lab, 2, status="failed")
    expect(lab, stats(lab), total=2, success_rate=0.0)
    nothing = stats(lab, type="nobody.knows")
    expect(lab, nothing, total=0, by_type={}, failed=0, success_rate=None)
    expect(lab, durations(lab, nothing), mean=None, p95=None)


def test_forged_requests_do_not_count(lab):
    lab.deliver(lab.clerk.user_created()).expect("2xx")
    for _ in range(30):
        forged = lab.draw.forged()
        lab.deliver(lab.clerk.user_created(), change=forged).expect("4xx")
    expect(lab, stats(lab), total=1, failed=0)
    lab.db.expect("webhook_log", 1)
    lab.cron()
    lab.app.settle()
    lab.slack.expect_messages(0)


def test_mean_and_p95_are_those_of_the_durations(lab):
    longest, long, only = (lab.random.randrange(200, 1000) for _ in range(3))
    more = lab.random.randrange(50)
    samples = {
        "hundred.rows": list(range(1 + more, 101 + more)),
        "ten.rows": [5, longest, 7, 6, 8, 9, 10, 11, 12, 13],
        "twentyone.rows": [*range(10, 29), long, 5000],
        "one.row": [only],
    }
    for name, sample in samples.items():
        lab.random.shuffle(sample)
        seed(lab, len(sample), type=name, duration_ms=sample.__getitem__)
    # The smallest duration that 95 % of them do not exceed.
    for name, p95 in {
        "hundred.rows": 95 + more,
        "ten.rows": longest,
        "twentyone.rows": long,
        "one.row": only,
    }.items():
        mean = sum(samples[name]) / len(samples[name])
        found = stats(lab, type=name).get("duration_ms")
        lab.require(
            isinstance(found, dict),
            en="duration_ms: an object with mean and p95",
            fr="duration_ms : un objet avec mean et p95",
            got=repr(found),
        )
        expect(lab, found, mean=float(mean), p95=float(p95))


def test_a_day_begins_at_midnight_of_the_zone(lab):
    for zone in ("Europe/Paris", "America/New_York"):
        lab.app.restart(MONITORING_TIME_ZONE=zone)
        name = zone.lower().replace("/", ".")
        # On these days the clocks went forward in Paris, and in New York.
        count = lab.random.randrange(1, 6)
        for start, end in (("2025-03-30", "2025-03-31"), ("2025-03-09", "2025-03-10")):
            first, after = (_midnight(day, zone) for day in (start, end))
            for at, ago in ((first, 1), (first, 0), (after, 1), (after, 0)):
                seed(lab, count, at=at, ago=ago / 60, type=name)
        expect(lab, stats(lab, type=name, from_="2025-03-30", to="2025-03-31"), total=2 * count)
        expect(lab, stats(lab, type=name, from_="2025-03-09", to="2025-03-10"), total=2 * count)
        expect(lab, stats(lab, type=name, from_="2025-03-30"), total=3 * count)
        expect(lab, stats(lab, type=name, to="2025-03-10"), total=3 * count)
        rows = listed(lab, stats(lab, type=name, from_="2025-03-30", to="2025-03-31"))
        expect(lab, {"deliveries": len(rows)}, deliveries=2 * count)
    ask(lab, from_="yesterday").expect("4xx")


def _midnight(day, zone):
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))


def test_a_type_narrows_figures_and_list(lab):
    wanted = {"type": "user.created", "status": "failed", "error": "TimeoutError"}
    count, others = lab.random.randrange(2, 9), lab.random.randrange(2, 9)
    seed(lab, count, **wanted)
    seed(lab, others, type="user.updated")
    found = stats(lab, type="user.created")
    expect(lab, found, total=count, by_type={"user.created": count}, failed=count, success_rate=0.0)
    expect(lab, {"deliveries": len(listed(lab, found))}, deliveries=count)
    for row in listed(lab, found):
        expect(lab, row, duration_ms=10.0, **wanted)
    expect(lab, stats(lab, type="", from_="", to=""), total=count + others)


def test_pages_neither_skip_nor_repeat(lab):
    # Many of one instant, as a burst brings them.
    rows = seed(lab, 12, ago=30) + seed(lab, 9, ago=60, step=5) + seed(lab, 4, ago=30)
    for limit in (1, 25, 100):
        part = stats(lab, limit=limit)
        shown, following = len(listed(lab, part)), part.get("next")
        most, is_last = min(limit, 25), limit >= 25
        sign = "=" if is_last else "≠"
        lab.require(
            shown == most and (following is None) == is_last,
            en=f"of 25 webhooks, {most} with limit={limit}, and next {sign} null",
            fr=f"de 25 webhooks, {most} avec limit={limit}, et next {sign} null",
            got=f"{shown}, next = {following!r}",
        )
    found, after = [], None
    for _ in range(10):
        part = stats(lab, limit=4, after=after)
        found += listed(lab, part)
        after = part.get("next")
        if not after:
            break
        # The list grows at its head while somebody reads on.
        seed(lab, 3)
    old = {row["svix_id"]: row["received_at"] for row in rows}
    ids = [str(each.get("svix_id")) for each in found]
    lab.require(
        sorted(ids) == sorted(old),
        en="pages of 4 that show each of the 25 webhooks once, while newer ones arrive",
        fr="des pages de 4 qui montrent chacun des 25 webhooks une fois, pendant que d’autres "
        "arrivent",
        got=f"{len(ids)} shown, {len(set(ids) & set(old))} of 25 different: {ids}",
    )
    times = [old[each] for each in ids]
    lab.require(
        all(later >= earlier for later, earlier in pairwise(times))
        and times == [_time(each.get("received_at")) for each in found],
        en="the newest first, each with its received_at",
        fr="du plus récent au plus ancien, chacun avec son received_at",
        got=", ".join(str(each.get("received_at")) for each in found),
    )
    ask(lab, after="nonsense").expect("4xx")
    for cursor in _enlarged(str(stats(lab, limit=4).get("next"))):
        # A place that is nowhere may be the end, too.
        ask(lab, after=cursor).expect("2xx", "4xx")
    seed(lab, 100)
    answer = ask(lab, limit=101).expect("2xx", "4xx")
    lab.require(
        not answer.ok or len(listed(lab, answer.json)) <= 100,
        en="100 rows at most, or 4xx, with limit=101",
        fr="100 lignes au plus, ou un 4xx, avec limit=101",
        got=str(answer),
    )


def _enlarged(cursor):
    """The cursor, each of its numbers out of all bounds in turn; also one in Base64."""
    found = _with_huge_numbers(cursor)
    try:
        inside = urlsafe_b64decode(cursor.encode() + b"==").decode("ascii")
    except ValueError:
        return found
    return found + [
        urlsafe_b64encode(each.encode()).decode() for each in _with_huge_numbers(inside)
    ]


def _with_huge_numbers(text):
    return [
        text[: each.start()] + str(10**19) + text[each.end() :]
        for each in re.finditer(r"\d+", text)
    ]


def _time(text):
    try:
        return instant(text)
    except (AttributeError, ValueError):
        return None


def test_the_administration_needs_the_token(lab):
    signup = lab.clerk.user_created()
    fail(lab, signup)
    form = replay_form(lab, Browser(lab).open(), signup.message_id)
    stats(lab)
    token = lab.settings["ADMIN_TOKEN"]
    strangers = [*lab.draw.strangers(token), bearer(lab.settings["CRON_SECRET"])]
    for headers in lab.draw.order(strangers):
        lab.app.get("/api/webhooks/stats", headers=headers).expect("401", "403")
        lab.app.get(PAGE, headers=headers).expect("401", "403")
    for stranger in (Browser(lab, token=lab.draw.unlike(token)), Browser(lab, token="")):
        stranger.get().expect("401", "403")
        stranger.submit(form).expect("401", "403")
    logged(lab, signup, status="failed")


def test_a_hundred_thousand_rows_cost_few_statements(lab):
    types = ("user.created", "user.updated", "session.created", "session.ended")
    shortest = lab.random.randrange(1000)
    seed(
        lab,
        1000,
        times=MANY // 1000,
        ago=1000,
        step=1,
        # What a failure counts for is the claim of others: those here have a type of their own.
        type=lambda number: "user.deleted" if number % 50 == 0 else types[number % 4],
        status=lambda number: "failed" if number % 50 == 0 else "done",
        duration_ms=lambda number: shortest + number,
    )
    with lab.database.statements() as noted, lab.app.cost() as cost:
        found = stats(lab)
    by_type = found.get("by_type")
    expect(lab, found, failed=MANY // 50)
    whole = dict.fromkeys(types[1::2], MANY // 4)
    expect(lab, by_type if isinstance(by_type, dict) else {}, **whole)
    expect(lab, durations(lab, found), mean=shortest + 499.5, p95=shortest + 949.0)
    about = _about_the_log(lab, noted)
    rows = sum(each.rows for each in about)
    lab.require(
        len(about) <= MOST_STATEMENTS and rows <= MOST_ROWS,
        en=f"at most {MOST_STATEMENTS} statements about webhook_log, which return {MOST_ROWS} rows "
        f"at most in all, with {MANY} rows in it",
        fr=f"au plus {MOST_STATEMENTS} requêtes sur webhook_log, qui renvoient en tout "
        f"{MOST_ROWS} lignes au plus, alors qu’elle en contient {MANY}",
        got=f"{len(about)} statements, {rows} rows\n  " + "\n  ".join(map(str, about[:5])),
    )
    _affordable(lab, cost)
    with lab.database.statements() as noted, lab.app.cost() as cost:
        # Whether the page is there is seen by other checks.
        Browser(lab).get()
    about = _statements_of_the_log(noted)
    rows = sum(each.rows for each in about)
    lab.require(
        rows <= MOST_ROWS,
        en=f"statements of the page about webhook_log that return {MOST_ROWS} rows at most in all, "
        f"with {MANY} rows in it",
        fr=f"des requêtes de la page sur webhook_log qui renvoient en tout {MOST_ROWS} lignes au "
        f"plus, alors qu’elle en contient {MANY}",
        got=f"{rows} rows\n  " + "\n  ".join(map(str, about[:5])),
    )
    _affordable(lab, cost)
    _a_list_costs_as_one(lab)


def _a_list_costs_as_one(lab):
    """Fail when each row of a list has a statement of its own, whatever the app says of that."""
    seed(lab, 100, at=datetime(2026, 1, 10, 5, tzinfo=UTC), step=1)

    asked = count()

    def first(limit):
        next(asked)
        # Whether the list is right is seen by other checks.
        ask(lab, from_="2026-01-10", to="2026-01-11", limit=limit)

    few = lab.random.randrange(1, 4)
    scans = lab.database.scans("webhook_log")
    growth = lab.app.growth(partial(first, few), partial(first, 100), most=MOST_FOR_A_LIST)
    lab.require(
        growth <= MOST_FOR_A_LIST,
        en=f"a list of 100 rows that takes the app at most {MOST_FOR_A_LIST:g} times as much "
        f"processor time as one of {few}: no statement for each row",
        fr=f"une liste de 100 lignes qui prend à l’application au plus {MOST_FOR_A_LIST:g} fois "
        f"plus de processeur qu’une liste de {few} : pas de requête par ligne",
        got=f"{growth:.1f} times",
    )
    if scans is None:
        return
    lab.app.kill()
    scans = lab.database.scans("webhook_log") - scans
    requests = next(asked)
    lab.require(
        scans <= MOST_STATEMENTS * requests,
        en=f"at most {MOST_STATEMENTS} statements about webhook_log for each answer, as PostgreSQL "
        "counts them",
        fr=f"au plus {MOST_STATEMENTS} requêtes sur webhook_log pour chaque réponse, selon le "
        "compteur de PostgreSQL",
        got=f"{scans} scans, {requests} requests",
    )


def _affordable(lab, cost):
    most = MOST_READINGS * SHARE * lab.database.seconds_to_read("webhook_log", MANY // SHARE)
    lab.require(
        cost.seconds <= most and cost.bytes <= MOST_BYTES,
        en=f"an answer about {MANY} webhooks that the database counts: it takes the app at most "
        f"{most:.2f} s of processor time and {MOST_BYTES // 10**6} MB of memory",
        fr=f"une réponse sur {MANY} webhooks que la base compte : elle prend à l’application au "
        f"plus {most:.2f} s de processeur et {MOST_BYTES // 10**6} Mo de mémoire",
        got=f"{cost.seconds:.2f} s, {cost.bytes / 10**6:.0f} MB",
    )


def test_a_day_is_found_by_an_index(lab):
    times = lab.random.randrange(21, 26)
    day = {"from_": "2026-01-10", "to": "2026-01-11"}
    seed(lab, 1000, ago=60 * 24 * 200, step=60 * 24 / 5)
    stats(lab, **day)
    few = max(_seconds(lab, day), LEAST_SECONDS)
    # All that is there is copied: some fifty thousand rows in all.
    seed(lab, 1000, times=times, ago=60 * 24 * 200, step=60 * 24 / 5)
    read = lab.database.rows_read("webhook_log")
    with lab.database.statements() as noted:
        found = stats(lab, **day)
    expect(lab, found, total=10 * times)
    about = _about_the_log(lab, noted)
    wrong = [each for each in about if each.reads_all("webhook_log")]
    index = {
        "en": "every query about one day finds its rows by an index, instead of reading them all",
        "fr": "chaque requête sur une journée trouve ses lignes par un index, au lieu de tout lire",
    }
    lab.require(not wrong, **index, got="\n  ".join(map(str, wrong)))
    if read is not None:
        # The app needs no time of its own: another process reads.
        lab.app.kill()
        read = lab.database.rows_read("webhook_log") - read
        lab.require(read < MOST_READ, **index, got=f"{read} rows read")
        return
    for _ in range(3):
        # Chance may make one measurement large, but not three.
        many = _seconds(lab, day)
        if many <= MOST_GROWTH * few:
            return
    lab.require(
        False,
        **index,
        got=f"{REQUESTS} requests: {few:.2f} s with 1000 rows, {many:.2f} s with {2000 * times}",
    )


def _seconds(lab, day):
    """The processor time that the app needs for some requests about `day`."""
    with lab.app.cost() as cost:
        for _ in range(REQUESTS):
            ask(lab, limit=1, **day)
    return cost.seconds


def _statements_of_the_log(noted):
    return [each for each in noted if each.is_about("webhook_log")]


def _about_the_log(lab, noted):
    about = _statements_of_the_log(noted)
    lab.require(
        about,
        en="statements about webhook_log, made through SQLAlchemy while the API answers",
        fr="des requêtes sur webhook_log, faites par SQLAlchemy pendant que l’API répond",
        got="\n  ".join(map(str, noted)) or "-",
    )
    return about
