"""What the main table and the three applications must be like after a change, one claim a test.

The titles for people are in rubric.toml.
"""

from hooklab.texts import pick

from .helpers import (
    APPS,
    BASE,
    DUE,
    LEASE,
    attempts,
    begin,
    change,
    cron,
    expect_told,
    hold_all,
    later,
    stored,
    told,
)

# The main table


def test_a_user_is_kept_in_step(lab):
    signup = lab.clerk.user_created(emails=(lab.draw.address(), lab.draw.address()))
    by_phone = lab.clerk.user_created(via="phone", last_name=None)
    # The primary address is one that the list does not have.
    dangling = lab.clerk.user_created().changed(primary_email_address_id=lab.draw.id("idn"))
    for event in (signup, by_phone, dangling):
        lab.deliver(event).expect("2xx")
        stored(lab, event)
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word(), email=lab.draw.address())
    lab.deliver(update).expect("2xx")
    stored(lab, update)
    lab.deliver(lab.clerk.user_deleted(signup)).expect("2xx")
    lab.db.expect("user", 0, clerk_id=signup.user_id)
    stored(lab, by_phone)


def test_old_news_changes_nothing(lab):
    signup = lab.clerk.user_created()
    first = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    second = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    for event in (second, first, signup, second.again()):
        lab.deliver(event).expect("2xx")
        stored(lab, second)
    # Some write something before they look.
    for writes in (0, 1):
        third = lab.clerk.user_updated(signup, first_name=lab.draw.word())
        fourth = lab.clerk.user_updated(signup, first_name=lab.draw.word())
        for answer in lab.deliver.overtaken(third, by=fourth, after=writes):
            answer.expect("2xx")
        stored(lab, fourth)


def test_nothing_brings_a_deleted_user_back(lab):
    for known in lab.draw.order((True, False)):
        signup = lab.clerk.user_created()
        update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
        deletion = lab.clerk.user_deleted(signup)
        if known:
            lab.deliver(signup).expect("2xx")
            stored(lab, signup)
        lab.deliver(deletion).expect("2xx")
        if known:
            # What only the process remembers is forgotten now.
            lab.app.restart()
        for event in (update, signup.again()):
            lab.deliver(event).expect("2xx")
        lab.db.expect("user", 0, clerk_id=signup.user_id)


def test_other_events_and_forged_ones_change_nothing(lab):
    signup = lab.clerk.user_created()
    for event in (
        lab.clerk.session_created(signup),
        lab.clerk.other(
            "organization.created", {"id": lab.draw.id("org"), "object": "organization"}
        ),
        signup.again().renamed("user.promoted"),
    ):
        lab.deliver(event).expect("2xx")
    lab.deliver(signup, change=lab.draw.forged()).expect("4xx")
    # Whatever it answers: this check may be earned before anything is sent.
    lab.cron.later().result()
    lab.db.expect("user", 0)
    for name in APPS:
        getattr(lab, name).expect_deliveries(0)
    lab.deliver(signup).expect("2xx")
    stored(lab, signup)


def test_a_database_that_is_away_is_a_server_error(lab):
    signup = lab.clerk.user_created()
    with lab.database.unavailable():
        lab.deliver(signup).expect("5xx")
    lab.clock.advance(seconds=5)
    lab.deliver(signup, note="Svix").expect("2xx")
    stored(lab, signup)


# Everybody is told


def test_every_application_is_told_of_every_change(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created(via="phone")
    change(lab, signup, other)
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    change(lab, update)
    deletion = lab.clerk.user_deleted(signup)
    change(lab, deletion)
    expect_told(lab, signup, signup, update, deletion, excused=False)
    expect_told(lab, other, other, excused=False)


def test_a_change_and_its_messages_are_written_together(lab):
    for writes in (1, 2, 3):
        signup = lab.clerk.user_created()
        with lab.database.hold_writes(after=writes) as held:
            held(lab.deliver.later(signup))
            lab.app.kill()
        lab.app.restart()
        later(lab, 2 * LEASE)
        found = {name: bool(told(lab, name, signup)) for name in APPS}
        found = {"user": bool(lab.db.rows("user", clerk_id=signup.user_id)), **found}
        lab.require(
            len(set(found.values())) == 1,
            en="after a crash between two writes: the user is stored and all applications are "
            "told, or nothing of it",
            fr="après un plantage entre deux écritures : l’utilisateur est enregistré et toutes "
            "les applications sont prévenues, ou rien de tout cela",
            got=", ".join(f"{place}: {'+' if there else '-'}" for place, there in found.items()),
        )
        change(lab, signup, note="Svix")
        stored(lab, signup)
        expect_told(lab, signup, signup, repeats=True)


def test_a_crash_after_the_answer_loses_nothing(lab):
    # A lease that is another one than usual ends when the setting says so.
    short = LEASE // 5
    for lease in (LEASE, short):
        lab.app.restart(SYNC_LEASE_SECONDS=str(lease))
        signup = lab.clerk.user_created()
        with hold_all(lab) as hold:
            request = lab.deliver.later(signup)
            hold.wait(during=[request])
            lab.app.kill()
        lab.app.restart(SYNC_LEASE_SECONDS=str(lease))
        if not request.result().ok:
            lab.deliver(signup, note="Svix").expect("2xx")
        later(lab, 2 * lease)
        stored(lab, signup)
        expect_told(lab, signup, signup)


def test_what_is_no_news_is_told_to_nobody(lab):
    signup, unknown = lab.clerk.user_created(), lab.clerk.user_created()
    first = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    second = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    for event in (signup, signup, signup.again(), second, first):
        change(lab, event)
        lab.clock.advance(hours=30)
    expect_told(lab, signup, signup, second)
    deletion = lab.clerk.user_deleted(signup)
    change(lab, deletion)
    change(lab, deletion.again(), first.again())
    expect_told(lab, signup, signup, second, deletion)
    change(lab, lab.clerk.user_deleted(unknown))
    change(lab, unknown)
    for name in APPS:
        lab.require(
            unknown.data["first_name"] not in told(lab, name, unknown),
            en="nobody is told of a sign-up that comes after its deletion",
            fr="personne n’est prévenu d’une inscription qui vient après sa suppression",
            got=attempts(lab, name, unknown),
        )


def test_eight_deliveries_at_once_are_told_once(lab):
    # Some make room for the version before they look: the race is then about a later write.
    for writes in (0, 1):
        signup = lab.clerk.user_created()
        for answer in lab.deliver.together([signup] * 4 + [signup.again()] * 4, after=writes):
            answer.expect("2xx")
        cron(lab)
        stored(lab, signup)
        expect_told(lab, signup, signup)


def test_two_crons_at_once_send_nothing_twice(lab):
    # Some tidy up before they look for work: the race for the message is then about a later write.
    for writes in (0, 1):
        signups = [lab.clerk.user_created() for _ in range(2)]
        lab.mobile.fail(refuse=True)
        change(lab, *signups)
        lab.mobile.recover()
        lab.clock.advance(seconds=2 * DUE * BASE)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        cron(lab)
        for signup in signups:
            expect_told(lab, signup, signup)


def test_the_changes_of_a_user_arrive_in_order(lab):
    signup = lab.clerk.user_created()
    lab.mobile.fail(status=500, times=1)
    change(lab, signup)
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    change(lab, update)
    expect_told(lab, signup, only=["mobile"])
    expect_told(lab, signup, signup, update, only=["admin", "billing"])
    later(lab, DUE * BASE)
    expect_told(lab, signup, signup, update)
    lab.mobile.fail(refuse=True)
    last = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    deletion = lab.clerk.user_deleted(signup)
    change(lab, last, deletion)
    lab.mobile.recover()
    later(lab, 2 * DUE * BASE)
    expect_told(lab, signup, signup, update, last, deletion)
    # Two changes are written at once: whichever was first, the newer one is told last.
    other = lab.clerk.user_created()
    older = lab.clerk.user_updated(other, first_name=lab.draw.word())
    newer = lab.clerk.user_updated(other, first_name=lab.draw.word())
    for answer in lab.deliver.overtaken(older, by=newer):
        answer.expect("2xx")
    cron(lab)
    for name in APPS:
        lab.require(
            told(lab, name, other)[-1:] == [newer.data["first_name"]],
            en=f"{APPS[name]['en']} is told of the newest version last",
            fr=f"la dernière version est la dernière que reçoit {APPS[name]['fr']}",
            got=attempts(lab, name, other),
        )


def test_a_message_under_way_is_not_overtaken(lab):
    signup = lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    other = lab.app.another()
    with lab.mobile.hold("request") as hold:
        first = begin(lab, hold, signup)
        second = [lab.deliver.later(update, app=other)]
        hold.wait(2, during=second)
        lab.clock.advance(seconds=1)
        second.append(lab.cron.later(app=other))
        lab.require(
            hold.wait(2, during=second) < 2,
            en="an update waits for its turn while the sign-up is being sent",
            fr="une mise à jour attend son tour pendant que l’inscription est envoyée",
            got=pick({"en": "both are under way at once", "fr": "toutes deux sont en route"}),
        )
    for request in first + second:
        request.result().expect("2xx")
    cron(lab)
    expect_told(lab, signup, signup, update)
