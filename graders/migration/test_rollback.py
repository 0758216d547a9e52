"""What going back must be like, one claim a test. The titles for people are in rubric.toml."""

from .helpers.move import (
    USER,
    ask,
    cron,
    expect_status,
    full,
    go,
    gone,
    greets,
    login,
    partial,
    people,
    renamed,
    roll_back,
    says,
    told,
    up_to_date,
    waits,
)
from .helpers.production import Production


def test_a_rollback_keeps_deliveries_and_applies_none(lab):
    ada, bob = people(lab, 2)
    full(lab)
    before = renamed(lab, ada)
    told(lab, before)
    says(lab, before)
    roll_back(lab)
    expect_status(lab, paused=True, phase="full")
    after, newcomer = renamed(lab, ada), lab.clerk.user_created()
    told(lab, after, newcomer, lab.clerk.user_deleted(bob))
    says(lab, before)
    says(lab, bob)
    gone(lab, newcomer)
    waits(lab, after, newcomer)
    lab.app.restart()
    cron(lab)
    says(lab, before)


def test_the_administration_alone_has_the_switch(lab):
    go(lab, "shadow")
    for headers in lab.draw.strangers(lab.settings["ADMIN_TOKEN"]):
        lab.app.get("/migration/status", headers=headers).expect("401", "403")
        for route in ("phase", "rollback", "backfill", "compare"):
            data = {"phase": "shadow"} if route == "phase" else None
            answer = lab.app.post(f"/migration/{route}", data=data, headers=headers)
            answer.expect("401", "403")
    expect_status(lab, phase="shadow", paused=False)


def test_after_a_rollback_the_login_writes_again(lab):
    ada, bob = people(lab, 2)
    full(lab)
    renamed(lab, ada)
    asked = len(lab.clerk_api.calls(path=USER))
    login(lab, ada).expect("200")
    lab.clerk_api.expect(asked, path=USER)
    roll_back(lab)
    greets(lab, login(lab, ada), ada)
    newcomer = lab.clerk.user_created()
    greets(lab, login(lab, newcomer), newcomer)
    up_to_date(lab, ada, newcomer)
    # What Svix brings later is older than what the login has read.
    second, third = renamed(lab, bob), renamed(lab, bob)
    told(lab, second)
    greets(lab, login(lab, bob), third)
    go(lab, "full")
    says(lab, third)
    roll_back(lab)
    go(lab, "partial", 100)
    expect_status(lab, phase="partial", percent=100, paused=False)


def test_what_was_kept_is_applied_later_in_order(lab):
    ada, bob, cyd, dora = people(lab, 4)
    partial(lab, 100)
    roll_back(lab)
    second, third = renamed(lab, ada), renamed(lab, ada)
    late = renamed(lab, bob)
    leaving = lab.clerk.user_deleted(bob)
    newcomer = lab.clerk.user_created()
    change = renamed(lab, newcomer)
    told(lab, third, second, third, leaving, late, change, newcomer, renamed(lab, cyd))
    ask(lab, "phase", phase="full").expect("4xx")
    go(lab, "partial", 100)
    expect_status(lab, phase="partial", paused=False, waiting=0)
    up_to_date(lab)
    gone(lab, bob)
    # What is newer by now is not undone by a delivery that comes again.
    told(lab, renamed(lab, dora), second, late)
    up_to_date(lab)
    gone(lab, bob)


def test_a_kill_while_the_backlog_is_applied_loses_nothing(lab):
    crowd = people(lab, 8)
    full(lab)
    roll_back(lab)
    told(lab, *(renamed(lab, who) for who in crowd))
    leaving = lab.clerk.user_deleted(crowd[-1])
    told(lab, leaving)
    ask(lab, "phase", phase="full").expect("2xx")
    for writes in (1, 4):
        with lab.database.hold_writes(after=writes) as held:
            held(lab.cron.later())
            lab.app.kill()
        lab.app.restart()
    cron(lab)
    expect_status(lab, waiting=0)
    up_to_date(lab)
    gone(lab, crowd[-1])


def test_a_rollback_at_any_moment_loses_nobody(lab):
    production = Production(lab, rollback=lab.random.randrange(1, 16))
    production.before_the_move()
    production.in_shadow()
    production.in_parts()
    production.in_full()
    production.in_full()
    production.without_the_upsert()
    production.back_at_the_end()
