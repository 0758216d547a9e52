"""What must not go wrong on the way, one claim a test. The titles for people are in rubric.toml."""

from hooklab.sender import new_secret
from hooklab.texts import pick

from .helpers.move import (
    LIST,
    ask,
    backfill,
    compare,
    cron,
    expect_status,
    finish_backfill,
    full,
    go,
    gone,
    greets,
    login,
    login_later,
    pages_read,
    partial,
    people,
    renamed,
    roll_back,
    signed_in,
    stand_at_page,
    told,
    up_to_date,
)

SMALL = {"MIGRATION_PAGE_SIZE": "5"}


# The backfill's risks


def test_a_kill_in_the_backfill_costs_one_page(lab):
    lab.app.restart(**SMALL)
    people(lab, 41)
    go(lab, "shadow")
    ask(lab, "backfill").expect("2xx")
    hold, _run = stand_at_page(lab, 6)
    lab.app.kill()
    hold.release()
    lab.app.restart(**SMALL)
    finish_backfill(lab)
    up_to_date(lab)
    # Nine pages, the one that was lost, and one more for those who read ahead.
    lab.clerk_api.expect_at_most(11, path=LIST)


def test_a_rate_limit_is_obeyed_by_the_clock(lab):
    lab.app.restart(**SMALL)
    people(lab, 23)
    go(lab, "shadow")
    ask(lab, "backfill").expect("2xx")
    hold, run = stand_at_page(lab, 3)
    lab.clerk_api.fail(status=429, retry_after=120)
    hold.release()
    run.result().expect("2xx")
    cron(lab)
    asked = pages_read(lab)
    lab.clerk_api.recover()
    lab.clock.advance(seconds=110)
    cron(lab)
    lab.clerk_api.expect(asked, path=LIST)
    lab.clock.advance(minutes=5)
    finish_backfill(lab)
    up_to_date(lab)
    # Three pages were left: the one that was refused, and two more.
    lab.clerk_api.expect_at_most(asked + 4, path=LIST)


def test_a_page_read_before_a_change_undoes_nothing(lab):
    lab.app.restart(**SMALL)
    ada, *_others = people(lab, 4)
    lab.clock.advance(minutes=1)
    bob = lab.clerk.user_created()
    lab.clock.advance(minutes=1)
    cyd = lab.clerk.user_created()
    full(lab)
    renamed(lab, cyd)
    ask(lab, "backfill").expect("2xx")
    hold, run = stand_at_page(lab, 1, "answer")
    change, deletion = renamed(lab, ada), lab.clerk.user_deleted(bob)
    for event in (change, deletion):
        lab.deliver(event).expect("2xx")
    hold.release()
    run.result().expect("2xx")
    # The page ended with bob, so that Clerk's list has nothing to go on from; cyd comes after him.
    finish_backfill(lab)
    up_to_date(lab)
    gone(lab, bob)


# The login's risks


def test_an_outage_of_clerk_turns_away_nobody_who_is_known(lab):
    ada, bob = people(lab, 2)
    partial(lab, 0)
    newcomer = lab.clerk.user_created()
    for fault in ({"refuse": True}, {"status": 500}, {"status": 429, "retry_after": 60}):
        lab.clerk_api.fail(**fault)
        greets(lab, login(lab, ada), ada)
        login(lab, newcomer).expect("503")
        gone(lab, newcomer)
        lab.clerk_api.recover()
    lab.clock.advance(minutes=2)
    greets(lab, login(lab, newcomer), newcomer)
    change = renamed(lab, bob)
    greets(lab, login(lab, bob), change)


def test_a_late_login_undoes_nothing(lab):
    people(lab, 1)
    full(lab)
    ada = lab.clerk.user_created()
    greets(lab, overtake(lab, ada, lambda: renamed(lab, ada)), ada)
    up_to_date(lab, ada)
    bob = lab.clerk.user_created()
    # An app that applies by the scheduler alone may still let them in, and then they are gone.
    overtake(lab, bob, lambda: lab.clerk.user_deleted(bob)).expect("200", "410")
    gone(lab, bob)


def overtake(lab, who, happens):
    """Let a login ask Clerk, and a webhook arrive before the answer; the answer to the login."""
    with lab.clerk_api.hold("answer") as hold:
        answer = login_later(lab, who)
        lab.require(
            hold.wait(1, timeout=2),
            en="a login of somebody who is not in the table asks Clerk, in the phase full",
            fr="la connexion d’une personne absente de la table interroge Clerk, en phase full",
            got=pick({"en": "it did not", "fr": "elle ne l’a pas fait"}),
        )
        event = happens()
        lab.deliver(event).expect("2xx")
        if event.type == "user.updated":
            # Also where the scheduler alone applies, the row is newer now than Clerk's answer.
            lab.cron.later().result()
    found = answer.result()
    cron(lab)
    return found


# The webhook's risks


def test_what_cannot_be_read_stops_no_other(lab):
    ada, bob = people(lab, 2)
    full(lab)
    roll_back(lab)
    junk = [
        lab.clerk.other("user.updated", {"object": "user", "id": ada.user_id}),
        lab.clerk.other("user.created", {"object": "user", "email_addresses": "none"}),
        lab.clerk.other("user.deleted", {"object": "user", "deleted": True}),
    ]
    first, last = renamed(lab, ada), renamed(lab, bob)
    told(lab, first, *junk, last)
    go(lab, "full")
    for event in junk:
        lab.db.expect_row("inbox", {"svix_id": event.message_id}, status="parked")
    up_to_date(lab)


def test_deliveries_at_once_leave_one_row_with_the_newest(lab):
    people(lab, 1)
    full(lab)
    newcomer = lab.clerk.user_created()
    change = renamed(lab, newcomer)
    lab.deliver.together([newcomer, newcomer, change, change])
    cron(lab)
    lab.db.expect("inbox", 1, svix_id=change.message_id)
    up_to_date(lab, newcomer)
    ada, bob = people(lab, 2)
    # Clerk has answered, and the login is about to write when the webhook comes.
    login_overtaken(lab, ada, lambda: lab.clerk.user_updated(ada, first_name=lab.draw.word()))
    up_to_date(lab, ada)
    login_overtaken(lab, bob, lambda: lab.clerk.user_deleted(bob))
    gone(lab, bob)


def login_overtaken(lab, who, happens):
    lab.overtaken(
        lambda *, app: lab.app.later("GET", "/welcome", headers=signed_in(lab, who), app=app),
        by=lambda *, app: lab.deliver.later(happens(), app=app),
    )
    cron(lab)


def test_a_bad_deploy_loses_nothing(lab):
    ada, bob, cyd = people(lab, 3)
    full(lab)
    changes = [renamed(lab, ada), renamed(lab, bob)]
    deletion = lab.clerk.user_deleted(cyd)
    lab.app.restart(CLERK_WEBHOOK_SIGNING_SECRET=new_secret(lab.random))
    for event in (*changes, deletion):
        lab.deliver(event).expect("4xx")
    lab.app.restart()
    with lab.database.unavailable():
        lab.deliver(changes[0]).expect("5xx")
    for writes in (1, 2):
        with lab.database.hold_writes(after=writes) as held:
            held(lab.deliver.later(changes[1]))
            lab.app.kill()
        lab.app.restart()
    told(lab, *changes, deletion)
    up_to_date(lab)
    gone(lab, cyd)


# Watching


def test_too_many_differences_pause_by_themselves(lab):
    lab.app.restart(MIGRATION_PAUSE_PERCENT="10")
    ada, bob, cyd, *_others = people(lab, 20)
    full(lab)
    renamed(lab, bob)
    told(lab, renamed(lab, cyd).changed(last_name=lab.draw.word()))
    compare(lab)
    cron(lab)
    # Two of twenty: as many as are allowed.
    expect_status(lab, paused=False, missing=0, stale=1, mismatched=1)
    told(lab, renamed(lab, ada))
    up_to_date(lab, ada)
    lab.clerk.user_created()
    compare(lab)
    cron(lab)
    expect_status(lab, paused=True, missing=1, stale=1, mismatched=1, phase="full")
    change = renamed(lab, ada)
    told(lab, change)
    lab.db.expect_row("inbox", {"svix_id": change.message_id}, status="waiting")
    renamed(lab, cyd)
    backfill(lab)
    compare(lab)
    # What paused by itself goes on when somebody says so, not when all is well again.
    expect_status(lab, paused=True, missing=0, stale=0, mismatched=0)
    go(lab, "full")
    expect_status(lab, paused=False, waiting=0)
    told(lab, renamed(lab, cyd))
    up_to_date(lab)


def test_nothing_personal_is_printed_or_kept(lab):
    canary = lab.draw.word()
    names = {"first_name": f"{canary}first", "last_name": f"{canary}last"}
    ada = lab.clerk.user_created(email=f"{canary}@example.org", **names)
    bob = lab.clerk.user_created(**names)
    for phase in ("off", "shadow"):
        if phase != "off":
            go(lab, phase)
        for who in (ada, bob):
            told(lab, renamed(lab, who, **names))
            greets(lab, login(lab, who), who)
    full(lab)
    for who in (ada, bob):
        change = renamed(lab, who, last_name=f"{canary}2", first_name=names["first_name"])
        with lab.database.unavailable():
            lab.deliver(change)
            lab.app.get("/welcome", headers=signed_in(lab, who))
        told(lab, change)
        greets(lab, login(lab, who), who)
    found_only_in(lab, canary, "user")
    late = renamed(lab, ada)
    lab.deliver(lab.clerk.other("user.updated", {"id": ada.user_id, **names}))
    told(lab, lab.clerk.user_deleted(ada))
    told(lab, late)
    told(lab, lab.clerk.user_deleted(bob))
    gone(lab, ada, bob)
    for word in (canary, str(bob.email)):
        found_only_in(lab, word)
        lab.logs.expect_absent(word, {"en": "A name or address", "fr": "Un nom ou une adresse"})


def found_only_in(lab, word, *tables):
    """Fail when a table other than these holds `word`."""
    for table in lab.db.tables():
        rows = [str(row) for row in lab.db.rows(table)]
        lab.require(
            table in tables or not any(word.casefold() in row.casefold() for row in rows),
            en=f"no “{word}” in “{table}” when the delivery has been applied",
            fr=f"aucun « {word} » dans « {table} » une fois la livraison appliquée",
            got="\n".join(row for row in rows if word.casefold() in row.casefold()),
        )
