"""Whether it would hold in production, one claim a test. The titles are in rubric.toml."""

from hooklab.texts import pick

from .helpers.production import Production
from .helpers.story import (
    LIST,
    as_listed,
    catch_up,
    command,
    cron,
    entry,
    finish_walk,
    gone,
    is_reconciling,
    later,
    no_account,
    one_account,
    people,
    renamed,
    stand_at_page,
    told,
    up_to_date,
)

BATCH = 5
MOST_PAGES = 5
MOST_KNOCKS = 3


# Bounds


def test_a_run_does_so_much_and_no_more(lab):
    lab.app.restart(INBOX_BATCH=str(BATCH), RECONCILE_PAGE_SIZE="2")
    crowd = [lab.clerk.user_created() for _ in range(12)]
    for who in crowd:
        lab.deliver(who).expect("2xx")
    lab.billing.fail(status=503)
    bounded(lab, lab.billing, MOST_KNOCKS)
    # Whoever needs no billing does not wait behind those who do.
    change = renamed(lab, crowd[0])
    told(lab, change)
    for _run in range(4):
        bounded(lab, lab.billing, MOST_KNOCKS)
    up_to_date(lab)
    lab.billing.recover()
    lab.clock.advance(hours=2)
    for _run in range(6):
        bounded(lab, lab.billing, BATCH)
    one_account(lab, *crowd)
    command(lab)
    for _run in range(3):
        bounded(lab, lab.clerk_api, MOST_PAGES)
    finish_walk(lab)
    lab.clerk_api.expect_at_most(40, path=LIST)
    read_in_time(lab, crowd)


def read_in_time(lab, crowd):
    """The list is read when it is time, and from the start when somebody says so."""
    lab.app.restart(RECONCILE_HOURS="12", RECONCILE_PAGE_SIZE="2")
    asked = len(lab.clerk_api.calls(path=LIST))
    later(lab, hours=11)
    lab.clerk_api.expect(asked, path=LIST)
    later(lab, hours=2)
    # The first of the list has been read by now.
    first = as_listed(lab)[0]
    renamed(lab, next(who for who in crowd if who.user_id == first))
    catch_up(lab)
    up_to_date(lab)
    lab.app.restart(RECONCILE_HOURS="12")
    renamed(lab, crowd[1])
    later(lab, hours=13, runs=2)
    up_to_date(lab)


def bounded(lab, service, most):
    """Fail when one run of the scheduler calls the service more often than this."""
    before = len(service.calls())
    cron(lab)
    calls = len(service.calls()) - before
    lab.require(
        calls <= most,
        en=f"one run of the scheduler makes {most} calls at most",
        fr=f"un passage du planificateur fait au plus {most} appels",
        got=pick({"en": f"{calls} calls", "fr": f"{calls} appels"}),
    )


def test_a_rate_limit_is_obeyed(lab):
    lab.app.restart(RECONCILE_PAGE_SIZE="3", RECONCILE_BRAKE_PERCENT="50")
    crowd = people(lab, 12)
    finish_walk(lab)
    lab.clock.advance(minutes=1)
    missed, left = lab.clerk.user_created(), crowd.pop(2)
    lab.clerk.user_deleted(left)
    command(lab)
    hold, run = stand_at_page(lab, 4)
    lab.require(
        is_reconciling(lab),
        en="“reconciling”: true in GET /admin/status while Clerk's list is being read",
        fr="« reconciling » : true dans GET /admin/status pendant la lecture de la liste de Clerk",
        got='"reconciling": false',
    )
    lab.clerk_api.fail(status=429, retry_after=900)
    hold.release()
    run.result()
    cron(lab)
    asked = len(lab.clerk_api.calls(path=LIST))
    lab.clerk_api.recover()
    for _third in range(2):
        later(lab, minutes=5)
    lab.clerk_api.expect(asked, path=LIST)
    later(lab, minutes=6)
    finish_walk(lab)
    cron(lab, 2)
    # Twelve users are four pages and an empty one, and one more for those who read ahead.
    lab.clerk_api.expect_at_most(asked + 3, path=LIST)
    up_to_date(lab, *crowd, missed)
    gone(lab, left)
    a_limit_holds_for_whoever_is_in_a_hurry(lab)
    no_answer_is_no_deletion(lab)


def a_limit_holds_for_whoever_is_in_a_hurry(lab):
    """A command that comes in the meantime does not let the list be read any sooner."""
    lab.clock.advance(minutes=1)
    lab.clerk_api.fail(status=429, retry_after=900)
    command(lab)
    cron(lab)
    asked = len(lab.clerk_api.calls(path=LIST))
    lab.clerk_api.recover()
    command(lab)
    later(lab, minutes=14)
    lab.clerk_api.expect(asked, path=LIST)
    later(lab, minutes=2)
    finish_walk(lab)
    up_to_date(lab)


def no_answer_is_no_deletion(lab):
    """Clerk's list is there, and then Clerk has no time for questions about one user."""
    lab.app.restart(RECONCILE_PAGE_SIZE="100", RECONCILE_BRAKE_PERCENT="50")
    lab.clock.advance(minutes=1)
    # A key that is no longer valid is answered 401 or 403, and nobody has left for that.
    faults = ({"status": 429, "retry_after": 600}, *({"status": each} for each in (401, 403, 410)))
    for fault in lab.draw.order(faults):
        lab.clock.advance(minutes=1)
        lab.clerk_api.leave_out(as_listed(lab)[-1:])
        command(lab)
        with lab.clerk_api.hold("answer") as hold:
            run = lab.cron.later()
            hold.wait(1, timeout=2)
            lab.clerk_api.fail(**fault)
        run.result()
        for _quarter in range(3):
            later(lab, minutes=15, runs=2)
        up_to_date(lab)
        lab.clerk_api.recover()
        later(lab, hours=1, runs=2)
        up_to_date(lab)


# Late news


def test_what_comes_late_undoes_nothing(lab):
    ada, bob, cyd = people(lab, 3)
    lab.clock.advance(minutes=1)
    # None of this arrives; the list tells most of it.
    dora, eve = lab.clerk.user_created(), lab.clerk.user_created()
    older, newer = renamed(lab, ada), renamed(lab, ada)
    early = renamed(lab, bob)
    gone_early = lab.clerk.user_deleted(bob)
    told(lab, gone_early)
    gone(lab, bob)
    eve_gone = lab.clerk.user_deleted(eve)
    catch_up(lab)
    up_to_date(lab)
    one_account(lab, dora)
    # Then everything comes after all, in the wrong order, three months later.
    first = entry(lab, cyd, "done")
    lab.clock.advance(days=89)
    told(lab, eve_gone)
    told(lab, eve, newer, older, early, bob, dora, cyd)
    up_to_date(lab)
    catch_up(lab)
    up_to_date(lab)
    gone(lab, bob, eve)
    one_account(lab, ada, bob, cyd, dora)
    no_account(lab, eve)
    again = entry(lab, cyd, "done")
    lab.require(
        again.get("received_at") == first.get("received_at"),
        en="the row of a message stays, with the time of its first arrival, for 90 days",
        fr="la ligne d’un message reste 90 jours, avec l’heure de sa première arrivée",
        got=f"{first.get('received_at')} → {again.get('received_at')}",
    )


# The whole


def test_the_books_balance(lab):
    production = Production(lab)
    production.live()
    production.balance()
