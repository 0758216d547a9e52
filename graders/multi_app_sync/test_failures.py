"""What one application's failure must cost: time, and nobody else's. One claim a test."""

from hooklab.texts import pick
from hooklab.world.internal_app import MOVED

from .helpers import (
    APPS,
    BASE,
    CAP,
    DUE,
    TOO_EARLY,
    begin,
    change,
    cron,
    deliveries,
    expect_told,
    fail_all,
    hold_all,
    later,
    recover_all,
    shown,
    stored,
)

# A client that waits longer than a check may take.
FOR_EVER = "60"
# An answer that waits for an application takes as long as the application lets it.
SOON = 2.5
# The longest pause that an application can ask for.
DAY = 86_400


def others_than(name):
    """The names of the other applications."""
    return [each for each in APPS if each != name]


def test_an_application_that_fails_is_told_later(lab):
    faults = ({"refuse": True}, {"status": 500}, {"drop": True}, {"status": 404})
    names = lab.draw.order((*APPS, "mobile"))
    for name, fault in zip(names, lab.draw.order(faults), strict=True):
        signup = lab.clerk.user_created()
        failing = getattr(lab, name)
        failing.fail(**fault)
        change(lab, signup)
        expect_told(lab, signup, signup, only=others_than(name))
        expect_told(lab, signup, only=[name])
        failing.recover()
        later(lab, TOO_EARLY * BASE)
        expect_told(lab, signup, only=[name])
        later(lab, (DUE - TOO_EARLY) * BASE)
        expect_told(lab, signup, signup)


def test_every_change_is_answered_while_the_applications_hang(lab):
    lab.app.restart(SYNC_TIMEOUT_SECONDS=FOR_EVER)
    first, second = lab.clerk.user_created(), lab.clerk.user_created()
    with hold_all(lab) as hold:
        requests = [begin(lab, hold, first)[0], lab.deliver.later(second)]
        lab.require(
            len(lab.wait(requests, timeout=SOON).done) == 2,
            en="an answer to every delivery while the applications let their callers wait",
            fr="une réponse à chaque livraison pendant que les applications font attendre",
            got=pick({"en": f"none within {SOON} s", "fr": f"aucune en {SOON} s"}),
        )
        # An import: more than the forty threads that all requests of a process share.
        crowd = [lab.clerk.user_created() for _ in range(42)]
        answers = [request.result() for request in requests]
        answers += [lab.deliver(each) for each in crowd]
        for answer in answers:
            answer.expect("2xx")
        lab.app.kill()
    lab.db.expect("user", 2 + len(crowd))
    stored(lab, second)


def test_an_application_that_hangs_holds_up_no_other(lab):
    for name in APPS:
        # Several messages each: whoever waits for one application cannot have sent all others.
        signups = [lab.clerk.user_created() for _ in range(4)]
        fail_all(lab)
        change(lab, *signups)
        recover_all(lab)
        arrived = {each: getattr(lab, each).deliveries for each in others_than(name)}
        wanted = {each: len(records) + len(signups) for each, records in arrived.items()}
        lab.clock.advance(seconds=DUE * BASE)
        with getattr(lab, name).hold("request"):
            request = lab.cron.later()
            for each, records in arrived.items():
                lab.require(
                    len(records.wait(wanted[each], timeout=SOON)) == wanted[each],
                    en=f"{APPS[each]['en']} is told while {APPS[name]['en']} hangs",
                    fr=f"{APPS[each]['fr']} est prévenue pendant que {APPS[name]['fr']} se fige",
                    got=shown(records),
                )
        request.result().expect("2xx")
        cron(lab)
        for signup in signups:
            expect_told(lab, signup, signup)


def test_the_time_out_is_a_setting(lab):
    lab.app.restart(SYNC_TIMEOUT_SECONDS="0.5")
    signup = lab.clerk.user_created()
    with lab.admin.hold("request") as hold:
        requests = begin(lab, hold, signup)
        waiting = 1
        for _ in range(30):
            # Two never wait: this looks again after a tenth of a second.
            waiting = waiting and hold.wait(2, timeout=0.1)
        lab.require(
            not waiting,
            en="an attempt that ends after SYNC_TIMEOUT_SECONDS, here half a second",
            fr="une tentative qui prend fin après SYNC_TIMEOUT_SECONDS, ici une demi-seconde",
            got=pick({"en": "it still waits after 3 s", "fr": "elle attend encore après 3 s"}),
        )
    for request in requests:
        request.result().expect("2xx")
    # An answer that comes byte by byte does not end in time either, and the next attempt is due.
    lab.billing.drip()
    arrived = lab.billing.deliveries
    before = len(arrived)
    lab.deliver.later(lab.clerk.user_created())
    if len(arrived.wait(before + 1, timeout=0.5)) == before:
        lab.cron.later()
    # Long enough for the half second, also on a busy machine.
    arrived.wait(before + 2, timeout=2.0)
    lab.clock.advance(seconds=DUE * BASE)
    lab.cron.later()
    lab.require(
        len(arrived.wait(before + 2, timeout=3.0)) >= before + 2,
        en="another attempt after SYNC_TIMEOUT_SECONDS: it is the time of the whole exchange",
        fr="une autre tentative après SYNC_TIMEOUT_SECONDS : c’est la durée de tout l’échange",
        got=shown(arrived),
    )
    lab.billing.recover()


def test_a_message_that_waits_holds_up_its_user_alone(lab):
    first, second = lab.clerk.user_created(), lab.clerk.user_created()
    lab.mobile.fail(status=422, times=1)
    change(lab, first)
    change(lab, second)
    update = lab.clerk.user_updated(second, first_name=lab.draw.word())
    change(lab, update)
    expect_told(lab, first, only=["mobile"])
    expect_told(lab, second, second, update)
    later(lab, DUE * BASE)
    expect_told(lab, first, first)


def test_a_redirect_is_not_followed(lab):
    for name, status in lab.draw.order((("admin", 307), ("billing", 302))):
        signup = lab.clerk.user_created()
        getattr(lab, name).fail(status=status, times=1)
        change(lab, signup)
        getattr(lab, name).expect(0, path=MOVED)
        expect_told(lab, signup, only=[name])
        later(lab, DUE * BASE)
        expect_told(lab, signup, signup)


def test_retry_after_is_honoured(lab):
    # The last one is more than fits into a clock, and gets its day like the one before.
    wishes = (("mobile", 429, 1800), ("billing", 503, 10 * DAY), ("admin", 503, 10**15))
    for name, status, wish in lab.draw.order(wishes):
        signup = lab.clerk.user_created()
        getattr(lab, name).fail(status=status, retry_after=wish, times=1)
        change(lab, signup)
        granted = min(wish, DAY)
        # It asks for so long a pause, not for about so long a one.
        later(lab, 0.97 * granted)
        expect_told(lab, signup, only=[name])
        later(lab, (DUE - 0.97) * granted)
        expect_told(lab, signup, signup)
    # A shorter pause than the app's own delay is no wish for more calls.
    signup = lab.clerk.user_created()
    lab.mobile.fail(status=503, retry_after=1, times=1)
    change(lab, signup)
    later(lab, TOO_EARLY * BASE)
    expect_told(lab, signup, only=["mobile"])
    later(lab, (DUE - TOO_EARLY) * BASE)
    expect_told(lab, signup, signup)


def test_each_failure_doubles_the_delay_up_to_the_cap(lab):
    lab.app.restart(SYNC_RETRY_BASE_SECONDS="100", SYNC_RETRY_CAP_SECONDS="300")
    lab.billing.fail(status=503)
    change(lab, lab.clerk.user_created())
    for attempts, delay in enumerate((100, 200, 300, 300), start=1):
        later(lab, TOO_EARLY * delay)
        tried(lab, attempts, en=f"before {delay} s", fr=f"avant {delay} s")
        later(lab, (DUE - TOO_EARLY) * delay)
        tried(lab, attempts + 1, en=f"after {delay} s", fr=f"après {delay} s")


def tried(lab, attempts, *, en, fr):
    """Fail unless so many calls reached the billing app; says when the last one had to come."""
    found = len(lab.billing.calls())
    lab.require(
        found == attempts,
        en=f"{attempts} attempts in all, {en} since the one before",
        fr=f"{attempts} tentatives en tout, {fr} depuis la précédente",
        got=pick({"en": f"{found} attempts", "fr": f"tentatives : {found}"}),
    )


def test_an_application_away_for_days_gets_everything(lab):
    signup = lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    lab.admin.fail(refuse=True)
    change(lab, signup)
    for _ in range(12):
        lab.clock.advance(hours=10)
        lab.cron()
    # Nothing is ever given up: a year is longer than any number of attempts that somebody counts.
    for _ in range(52):
        lab.clock.advance(days=7)
        lab.cron()
    change(lab, update)
    expect_told(lab, signup, signup, update, only=["mobile", "billing"])
    lab.admin.recover()
    for _ in range(2):
        later(lab, DUE * CAP)
    expect_told(lab, signup, signup, update)


def test_the_cron_obeys_its_secret_alone(lab):
    signup = lab.clerk.user_created()
    fail_all(lab)
    change(lab, signup)
    recover_all(lab)
    lab.clock.advance(seconds=DUE * BASE)
    # An app that works on its own has sent it by now.
    sent = [signup] * len(deliveries(lab, "mobile", signup))
    lab.cron.obeys_its_secret_alone()
    lab.cron.is_closed_without_a_secret()
    expect_told(lab, signup, *sent)
    cron(lab)
    expect_told(lab, signup, signup)
