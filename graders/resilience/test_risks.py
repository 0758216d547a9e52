"""What goes wrong, and must not cost anything, one claim a test. The titles are in rubric.toml."""

from hooklab.texts import pick

from .helpers.story import (
    LEASE,
    as_listed,
    catch_up,
    cron,
    dead,
    entry,
    finish_walk,
    gone,
    keys,
    killed_while,
    later,
    one_account,
    people,
    renamed,
    stand_at_page,
    told,
    up_to_date,
)

# With the first attempt, as many as INBOX_MAX_ATTEMPTS below.
HOURS_WITHOUT = (2, 3)


# The process dies


def test_a_kill_loses_nothing(lab):
    crowd = people(lab, 6)
    everybody, leaving, events = list(crowd), crowd[4:], []
    places = [in_the_answer, between_two_writes, before_billing, after_billing]
    # Each place is met with every seed; the order is the seed's.
    for number, place in enumerate(lab.random.sample(places, len(places))):
        news = [lab.clerk.user_created(), renamed(lab, crowd[number])]
        everybody.append(news[0])
        if number < len(leaving):
            news.append(lab.clerk.user_deleted(leaving[number]))
        for event in news:
            place(lab, event)
        events += news
        later(lab, seconds=LEASE + 60, runs=2)
    later(lab, hours=2, runs=3)
    gone(lab, *leaving)
    up_to_date(lab)
    one_account(lab, *everybody)
    for event in events:
        entry(lab, event, "done")


def in_the_answer(lab, event):
    """The app dies before it has written the delivery down; without a 2xx, Svix comes again."""
    with lab.database.hold_writes() as held:
        answer = lab.deliver.later(event)
        held(answer)
        lab.app.kill()
        is_delivered = answer.result().ok
    lab.app.restart()
    if not is_delivered:
        lab.deliver(event).expect("2xx")


def between_two_writes(lab, event):
    """The app dies in the middle of its work."""
    lab.deliver(event).expect("2xx")
    with lab.database.hold_writes(after=lab.random.randrange(4)) as held:
        run = lab.cron.later()
        held(run)
        lab.app.kill()
        run.result()
    lab.app.restart()


def before_billing(lab, event):
    at_billing(lab, event, "request")


def after_billing(lab, event):
    at_billing(lab, event, "answer")


def at_billing(lab, event, point):
    """The app dies while it asks billing, which has or has not opened the account yet."""
    lab.deliver(event).expect("2xx")
    if event.type != "user.created":
        return
    with killed_while(lab, lab.billing.hold(point), lab.cron.later):
        pass


# The database is away


def test_a_database_that_is_away_loses_nothing(lab):
    [ada] = people(lab, 1)
    bob = lab.clerk.user_created()
    change = renamed(lab, ada)
    with lab.database.unavailable():
        for event in (bob, change):
            lab.deliver(event).expect("5xx")
        cron(lab)
    told(lab, bob, change)
    # Billing opens the account, and then the database is gone: nobody can write it down.
    cyd = lab.clerk.user_created()
    lab.deliver(cyd).expect("2xx")
    hold = lab.billing.hold("answer")
    with hold:
        run = lab.cron.later()
        lab.require(
            hold.wait(1, timeout=3),
            en="the run of the scheduler asks billing for the account of a new user",
            fr="le passage du planificateur demande à la facturation un compte pour le nouveau",
            got=pick({"en": "it does not", "fr": "il ne le fait pas"}),
        )
        with lab.database.unavailable():
            hold.release()
            run.result()
    later(lab, seconds=LEASE + 60)
    later(lab, hours=1, runs=2)
    up_to_date(lab)
    one_account(lab, ada, bob, cyd)
    for event in (ada, bob, cyd, change):
        entry(lab, event, "done")


# An answer is lost


def test_a_lost_answer_opens_no_second_account(lab):
    ada = lab.clerk.user_created()
    lab.billing.fail(lost_answer=True)
    told(lab, ada)
    opened = keys(lab).get(ada.user_id)
    lab.require(
        opened,
        en="billing is asked for an account, does it, and hangs up",
        fr="la facturation, sollicitée, ouvre un compte et raccroche",
        got=pick({"en": "it was not asked", "fr": "elle n’a pas été sollicitée"}),
    )
    # Billing still hangs up after its work for two days, and other news come.
    later(lab, hours=30)
    change = renamed(lab, ada)
    told(lab, change)
    later(lab, hours=30)
    lab.billing.recover()
    later(lab, hours=2, runs=2)
    for event in (ada, change):
        entry(lab, event, "done")
    one_account(lab, ada)
    up_to_date(lab)


# Poison


def test_poison_is_parked_with_a_reason_and_stops_no_other(lab):
    lab.app.restart(INBOX_MAX_ATTEMPTS="3")
    ada, bob = people(lab, 2)
    user = lab.clerk.user(ada)
    other, canary = lab.clerk.other, lab.draw.word()
    poison = [
        other("user.updated", {"object": "user", "id": ada.user_id}),
        other("user.created", {"object": "user", "email_addresses": canary}),
        other("user.deleted", {"object": "user", "deleted": True}),
        # A user like any other, with a number that no column takes.
        other("user.updated", {**user, "first_name": canary, "updated_at": 2**70}),
    ]
    first, last = renamed(lab, ada), renamed(lab, bob)
    told(lab, first, *poison, last)
    up_to_date(lab)
    for event in (first, last):
        entry(lab, event, "done")
    dead(lab, *poison[:-1])
    for hours in HOURS_WITHOUT:
        # Nobody knows yet that it is hopeless.
        entry(lab, poison[-1], "waiting")
        later(lab, hours=hours)
    dead(lab, *poison)
    found = [str(row.get("reason")) for row in lab.db.rows("inbox", status="dead")]
    lab.require(
        not any(canary in reason for reason in found),
        en="reasons that say what is wrong and quote nobody",
        fr="des raisons qui disent ce qui ne va pas sans citer personne",
        got="\n".join(found),
    )
    told(lab, renamed(lab, ada))
    up_to_date(lab)
    later(lab, hours=4)
    dead(lab, *poison)


# Nothing comes at all


def test_what_never_came_is_found_within_a_day(lab):
    lab.app.restart(RECONCILE_PAGE_SIZE="20", RECONCILE_BRAKE_PERCENT="10")
    crowd = people(lab, 30)
    finish_walk(lab)
    places = as_listed(lab)
    crowd.sort(key=lambda who: places.index(who.user_id))
    lab.clock.advance(minutes=1)
    # The endpoint is disabled, and nobody knows.
    news = [lab.clerk.user_created() for _ in range(3)]
    news += [renamed(lab, who) for who in crowd[:3]]
    left = crowd[10]
    lab.clerk.user_deleted(left)
    lab.clock.advance(hours=25)
    # Whoever ends the first page leaves while the second one is being asked for. There is no news
    # of the next one: an app that counts places passes over them, and finds them the day after.
    hold, run = stand_at_page(lab, 2)
    lab.clerk.user_deleted(crowd[20])
    hold.release()
    run.result()
    finish_walk(lab)
    cron(lab, 3)
    up_to_date(lab)
    gone(lab, left)
    one_account(lab, *crowd, *news[:3])


def test_a_list_that_leaves_people_out_deletes_nobody(lab):
    lab.app.restart(RECONCILE_PAGE_SIZE="10", RECONCILE_BRAKE_PERCENT="15")
    crowd = people(lab, 24)
    left = crowd.pop(5)
    lab.clerk.user_deleted(left)
    missed = lab.clerk.user_created()
    listed = as_listed(lab)
    # The list ends too early, by much and by little, and then it is empty.
    for leave_out in (listed[8:], listed[-2:], listed):
        lab.clerk_api.leave_out(leave_out)
        catch_up(lab)
        up_to_date(lab, *crowd)
    lab.clerk_api.recover()
    catch_up(lab)
    up_to_date(lab, *crowd, missed)
    gone(lab, left)
