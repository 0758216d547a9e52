"""What a move to webhooks must be like, one claim a test; the titles are in rubric.toml."""

from hooklab.texts import pick

from .helpers.move import (
    USER,
    ask,
    backfill,
    compare,
    cron,
    expect_status,
    finish_backfill,
    finish_comparison,
    full,
    go,
    gone,
    greets,
    login,
    partial,
    people,
    renamed,
    says,
    shadow,
    stand_at_page,
    status,
    told,
    up_to_date,
    waits,
)
from .helpers.plan import POINTS, answer_to
from .helpers.production import Production

CROWD = 30
# Wide enough that a fair share of 30 users is hardly ever outside.
FAIR = {40: (2, 22), 60: (8, 28)}


# Off and shadow


def test_in_off_the_old_login_goes_on(lab):
    ada, bob = people(lab, 2)
    greets(lab, login(lab, ada), ada)
    up_to_date(lab, ada)
    change = renamed(lab, ada)
    told(lab, change, bob)
    says(lab, ada)
    gone(lab, bob)
    greets(lab, login(lab, ada), ada)
    up_to_date(lab, ada)
    expect_status(lab, phase="off", paused=False)


def test_in_shadow_deliveries_are_kept_and_not_applied(lab):
    ada, bob = people(lab, 2)
    login(lab, ada).expect("200")
    go(lab, "shadow")
    change = renamed(lab, ada)
    told(lab, change, change, bob)
    waits(lab, change, bob)
    says(lab, ada)
    gone(lab, bob)
    for who in (bob, renamed(lab, bob)):
        greets(lab, login(lab, bob), who)
    up_to_date(lab, bob)


# One writer


def test_login_and_webhook_write_by_one_rule(lab):
    ada, bob = people(lab, 2)
    shadow(lab)
    second, third = renamed(lab, ada), renamed(lab, ada)
    told(lab, second)
    greets(lab, login(lab, ada), ada)
    says(lab, third)
    # What the webhook brings now is older than what the login has read.
    go(lab, "partial", 100)
    says(lab, third)
    older, newer = renamed(lab, bob), renamed(lab, bob)
    told(lab, newer)
    told(lab, older, bob)
    told(lab, third.again())
    up_to_date(lab)


def test_a_deleted_user_stays_deleted(lab):
    ada, bob, cyd = people(lab, 3)
    shadow(lab)
    # Nobody has been told of this one, and their token is still valid.
    eve = lab.clerk.user_created()
    lab.clerk.user_deleted(eve)
    login(lab, eve).expect("410")
    gone(lab, eve)
    go(lab, "partial", 10)
    go(lab, "full")
    up_to_date(lab)
    late, never_arrived = renamed(lab, ada), renamed(lab, cyd)
    dora = lab.clerk.user_created()
    told(lab, *(lab.clerk.user_deleted(who) for who in (ada, dora)))
    gone(lab, ada, dora)
    told(lab, late, dora, ada.again())
    for who in (ada, dora):
        login(lab, who).expect("410")
    backfill(lab)
    gone(lab, ada, dora)
    up_to_date(lab, bob, never_arrived)


# The share


def test_a_stable_share_of_the_users_is_switched(lab):
    crowd = people(lab, CROWD)
    partial(lab, 40)
    first = switched(lab, crowd)
    fair(lab, first, 40)
    lab.app.restart()
    again = switched(lab, crowd, app=lab.app.another())
    lab.require(
        first == again,
        en="the same users are switched after a restart, in every process",
        fr="les mêmes utilisateurs basculés après un redémarrage, dans chaque processus",
        got=moved(first, again),
    )
    go(lab, "partial", 60)
    more = switched(lab, crowd)
    fair(lab, more, 60)
    lab.require(
        first <= more,
        en="the users of the 40 % are among those of the 60 %",
        fr="les utilisateurs des 40 % sont parmi ceux des 60 %",
        got=moved(first, more),
    )
    go(lab, "partial", 100)
    up_to_date(lab)


def switched(lab, crowd, app=0):
    """Change everybody; the ids of those whose rows follow the webhook."""
    lab.clock.advance(minutes=1)
    for who in crowd:
        lab.deliver(lab.clerk.user_updated(who, last_name=lab.draw.word()), app=app)
    cron(lab)
    followed = {(row.get("clerk_id"), row.get("last_name")) for row in lab.db.rows("user")}
    return {user["id"] for user in lab.clerk.users if (user["id"], user["last_name"]) in followed}


def fair(lab, found, percent):
    least, most = FAIR[percent]
    lab.require(
        least <= len(found) <= most,
        en=f"about {percent} % of {CROWD} users follow the webhook, {least} to {most} of them",
        fr=f"environ {percent} % de {CROWD} utilisateurs suivent le webhook, de {least} à {most}",
        got=f"{len(found)}",
    )


def moved(before, after):
    return pick(
        {
            "en": f"{len(before - after)} are no longer switched, {len(after - before)} are new",
            "fr": f"{len(before - after)} ne le sont plus, {len(after - before)} sont nouveaux",
        }
    )


def test_a_switched_user_is_welcomed_from_the_table(lab):
    ada, bob = people(lab, 2)
    partial(lab, 0)
    renamed(lab, ada)
    greets(lab, login(lab, ada), ada)
    go(lab, "full")
    told(lab, renamed(lab, bob))
    asked = len(lab.clerk_api.calls(path=USER))
    greets(lab, login(lab, bob), bob)
    lab.clerk_api.expect(asked, path=USER)
    # The sign-up is late: the login still brings the user.
    early = lab.clerk.user_created()
    greets(lab, login(lab, early), early)
    up_to_date(lab, early)
    told(lab, early)
    up_to_date(lab)


# The backfill


def test_the_backfill_brings_everybody(lab):
    lab.app.restart(MIGRATION_PAGE_SIZE="5")
    crowd = [*people(lab, 20), lab.clerk.user_created(via="phone", first_name=None)]
    go(lab, "shadow")
    backfill(lab)
    up_to_date(lab)
    lab.db.expect("user", len(crowd))
    # Whoever changes where no webhook tells of it comes with the next one.
    renamed(lab, crowd[7])
    backfill(lab)
    up_to_date(lab)


def test_what_the_old_login_wrote_is_older_than_everything(lab):
    crowd = people(lab, 6)
    for who in crowd:
        login(lab, who).expect("200")
    for who in crowd[:4]:
        renamed(lab, who)
    go(lab, "shadow")
    greets(lab, login(lab, crowd[0]), crowd[0])
    up_to_date(lab, crowd[0])
    backfill(lab)
    up_to_date(lab)


def test_the_primary_address_is_kept_wherever_it_comes_from(lab):
    # Of the first one's addresses the last is the primary, and the second one has none.
    odd = (
        {"emails": (lab.draw.address(), lab.draw.address())},
        {
            "emails": (lab.draw.address(),),
            "email": None,
        },
    )
    for values in odd:
        lab.clerk.user_created(**values)
    full(lab)
    up_to_date(lab)
    for values in odd:
        told(lab, lab.clerk.user_created(**values))
        who = lab.clerk.user_created(**values)
        greets(lab, login(lab, who), who)
    up_to_date(lab)


def test_no_step_is_left_out(lab):
    people(lab, 3)
    refused(lab, "backfill")
    for phase in ("partial", "full", "removed"):
        refused(lab, "phase", phase=phase, percent=50)
    go(lab, "shadow")
    backfill(lab)
    for phase in ("full", "removed", "off"):
        refused(lab, "phase", phase=phase)
    expect_status(lab, phase="shadow")
    go(lab, "partial", 50)
    expect_status(lab, phase="partial", percent=50)
    go(lab, "full")
    refused(lab, "phase", phase="removed")
    expect_status(lab, phase="full")


def test_partial_waits_for_the_end_of_the_backfill(lab):
    people(lab, 3)
    go(lab, "shadow")
    refused(lab, "phase", phase="partial", percent=50)
    ask(lab, "backfill").expect("2xx")
    # It has begun, and nobody has been read yet.
    refused(lab, "phase", phase="partial", percent=50)
    expect_status(lab, phase="shadow")
    finish_backfill(lab)
    go(lab, "partial", 50)


def refused(lab, route, **data):
    ask(lab, route, **data).expect("4xx")


# The comparison


def test_the_comparison_counts_what_differs(lab):
    lab.app.restart(MIGRATION_PAGE_SIZE="5", MIGRATION_PAUSE_PERCENT="100")
    ada, bob, cyd, *_others = people(lab, 12)
    full(lab)
    compare(lab)
    expect_status(lab, users=12, missing=0, stale=0, mismatched=0)
    lab.clerk.user_created()
    renamed(lab, ada)
    wrong = renamed(lab, bob)
    told(lab, wrong.changed(last_name=lab.draw.word()))
    lab.clerk.user_deleted(cyd)
    compare(lab)
    expect_status(lab, users=12, missing=1, stale=1, mismatched=2)
    expect_status(lab, paused=False)


def test_what_waits_is_told_apart_with_its_age(lab):
    # The first of the list waits, and whoever differs comes after.
    [first] = people(lab, 1)
    lab.clock.advance(minutes=1)
    ada, bob, dora = people(lab, 3)
    shadow(lab)
    newcomer = lab.clerk.user_created()
    told(lab, renamed(lab, first), renamed(lab, ada), lab.clerk.user_deleted(bob), newcomer)
    lab.clock.advance(seconds=90)
    waiting, lag = status(lab, "waiting", "lag_seconds")
    lab.require(
        waiting == 4 and isinstance(lag, int | float) and abs(lag - 90) <= 1,
        en="waiting = 4 and lag_seconds = 90, 90 s after four deliveries",
        fr="waiting = 4 et lag_seconds = 90, 90 s après quatre livraisons",
        got=f"waiting = {waiting!r}, lag_seconds = {lag!r}",
    )
    compare(lab)
    # Nothing of this is lost: it waits.
    expect_status(lab, missing=0, stale=0, mismatched=0)
    # Of this no delivery tells, and what waits for ada is older.
    for who in (dora, ada):
        renamed(lab, who)
    compare(lab)
    expect_status(lab, missing=0, stale=2, mismatched=0)
    go(lab, "partial", 100)
    expect_status(lab, waiting=0, lag_seconds=0)


# The end of the upsert


def test_removed_follows_a_clean_comparison_and_never_asks_clerk(lab):
    lab.app.restart(MIGRATION_PAUSE_PERCENT="100")
    ada, bob = people(lab, 2)
    partial(lab, 100)
    compare(lab)
    # Another one begins in partial, and ends in full.
    before = status(lab, "compared_at")
    ask(lab, "compare").expect("2xx")
    hold, run = stand_at_page(lab, 1, "answer")
    lab.clock.advance(minutes=1)
    ask(lab, "phase", phase="full").expect("2xx")
    # The comparison of before says nothing about full.
    ask(lab, "phase", phase="removed").expect("4xx")
    hold.release()
    run.result().expect("2xx")
    finish_comparison(lab, before)
    ask(lab, "phase", phase="removed").expect("4xx")
    late = renamed(lab, ada)
    not_yet_removed(lab)
    # Differences of two kinds do not make up for each other.
    newcomer = lab.clerk.user_created()
    not_yet_removed(lab)
    told(lab, late, newcomer)
    changed = renamed(lab, bob)
    told(lab, changed.changed(last_name=lab.draw.word()))
    not_yet_removed(lab)
    newcomer = lab.clerk.user_created()
    not_yet_removed(lab)
    told(lab, newcomer, renamed(lab, bob))
    compare(lab)
    # What was clean once may not be so now.
    newcomer = lab.clerk.user_created()
    not_yet_removed(lab)
    told(lab, newcomer)
    compare(lab)
    go(lab, "removed")
    asked = len(lab.clerk_api.calls(path=USER))
    greets(lab, login(lab, ada), ada)
    cyd = lab.clerk.user_created()
    login(lab, cyd).expect("202")
    gone(lab, cyd)
    told(lab, cyd)
    greets(lab, login(lab, cyd), cyd)
    lab.clerk_api.expect(asked, path=USER)
    up_to_date(lab)


def not_yet_removed(lab):
    compare(lab)
    ask(lab, "phase", phase="removed").expect("4xx")


# The whole


def test_weeks_of_production_lose_nobody(lab):
    production = Production(lab)
    production.before_the_move()
    production.in_shadow()
    production.in_parts()
    production.in_full(outage=True, bad_deploy=True)
    production.without_the_upsert()


# The plan


def test_the_plan_answers_every_point(answers):
    text = answers.text("PLAN.md")
    for point in POINTS:
        found = answer_to(text, point)
        answers.require(
            found is not None and len(found) >= point.words,
            en=f"an answer of at least {point.words} words under “{point.en}” in PLAN.md",
            fr=f"une réponse d’au moins {point.words} mots sous « {point.fr} » dans PLAN.md",
            got=pick({"en": "no such heading", "fr": "ce titre n’y est pas"})
            if found is None
            else pick({"en": f"{len(found)} words", "fr": f"{len(found)} mots"}),
        )
