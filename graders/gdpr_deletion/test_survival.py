"""What becomes of an erasure when something fails, dies, or comes twice."""

from concurrent.futures import FIRST_COMPLETED

from hooklab.texts import pick

from .helpers import (
    BASE,
    DUE,
    LEASE,
    TOO_EARLY,
    active,
    begin_calling,
    cron,
    deliver,
    erase,
    erasure,
    join,
    later,
    require_asked_once,
    require_deleted,
    require_gone,
    require_gone_at_home,
    require_no_user,
    require_off_the_list,
    step,
)


def test_one_failed_step_stops_no_other(lab):
    ada, bob = active(lab), active(lab)
    lab.stripe.fail(refuse=True)
    erase(lab, ada)
    require_gone_at_home(lab, ada)
    require_off_the_list(lab, ada.email)
    lab.stripe.recover()
    lab.newsletter.fail(status=500)
    erase(lab, bob)
    require_gone_at_home(lab, bob)
    require_deleted(lab, bob)
    lab.newsletter.recover()
    # No folder has a name of 300 letters, so that nobody can remove a file from it.
    eve = active(lab)
    if not lab.app.try_restart(UPLOADS_DIR="x" * 300):
        calls = len(lab.stripe.calls())
        erase(lab, eve)
        lab.require(
            len(lab.stripe.calls()) > calls,
            en="a call to Stripe although no file can be removed",
            fr="un appel à Stripe même si aucun fichier ne peut être supprimé",
            got=pick({"en": "there was none", "fr": "il n’y en a pas eu"}),
        )
        require_off_the_list(lab, eve.email)
    lab.app.restart()
    later(lab, DUE * BASE)
    require_no_user(lab, eve)


def test_a_failed_step_is_tried_again_until_it_succeeds(lab):
    lab.app.restart(ERASURE_RETRY_BASE_SECONDS="100", ERASURE_RETRY_CAP_SECONDS="500")
    ada = join(lab)
    lab.stripe.fail(status=500)
    erase(lab, ada)
    for attempts, delay in enumerate((100, 200, 400, 500), start=1):
        later(lab, TOO_EARLY * delay)
        tried(lab, attempts, en=f"until {delay} s have passed", fr=f"avant {delay} s")
        later(lab, (DUE - TOO_EARLY) * delay)
        tried(lab, attempts + 1, en=f"once {delay} s have passed", fr=f"au bout de {delay} s")
    # Without the cap, the doubled delay would in the end be longer than any calendar.
    for attempts in range(6, 60):
        later(lab, DUE * 500)
        tried(lab, attempts, en="once 500 s have passed", fr="au bout de 500 s")
    later(lab, 365 * 24 * 3600)
    tried(lab, 60, en="once a year has passed", fr="au bout d’un an")
    lab.stripe.recover()
    lab.clock.advance(seconds=DUE * 500)
    # Whoever does not know the secret makes nobody try. An app that works on its own has, by now.
    status = step(lab, "stripe")["status"]
    lab.cron.obeys_its_secret_alone()
    step(lab, "stripe", status=status)
    cron(lab)
    step(lab, "stripe", status="done")
    require_deleted(lab, ada)
    require_no_user(lab, ada)


def tried(lab, attempts, *, en, fr):
    """Fail unless Stripe was tried so many times; says when the last attempt had to come."""
    found = step(lab, "stripe", status="pending")["attempts"]
    lab.require(
        found == attempts,
        en=f"{attempts} failed attempts in all, {en} since the last one",
        fr=f"{attempts} échecs en tout, {fr} depuis le dernier",
        got=f"attempts = {found}",
    )


def test_finished_steps_are_not_repeated(lab):
    ada = active(lab)
    lab.stripe.fail(refuse=True)
    erase(lab, ada)
    require_off_the_list(lab, ada.email)
    before = len(lab.newsletter.calls())
    for _ in range(2):
        later(lab, DUE * 2 * BASE)
    lab.stripe.recover()
    later(lab, DUE * 4 * BASE)
    step(lab, "stripe", status="done")
    calls = len(lab.stripe.calls())
    later(lab, 2 * LEASE)
    lab.require(
        len(lab.newsletter.calls()) == before and len(lab.stripe.calls()) == calls,
        en="no further call to a service that has done its work",
        fr="aucun autre appel à un service qui a fait son travail",
        got="\n".join(
            f"{each.received_at:%H:%M:%S} {each.method} {each.path}"
            for service in (lab.newsletter, lab.stripe)
            for each in service.calls()
        ),
    )


def test_another_delivery_changes_nothing(lab):
    ada = active(lab)
    event = erase(lab, ada)
    row = erasure(lab)
    calls = len(lab.stripe.calls()), len(lab.newsletter.calls())
    for again in (event, event.again()):
        lab.clock.advance(days=7)
        deliver(lab, again)
    lab.db.expect_row("erasure", {}, **row)
    after = len(lab.stripe.calls()), len(lab.newsletter.calls())
    lab.require(
        after == calls,
        en="no call for a deletion that was done before",
        fr="aucun appel pour une suppression déjà faite",
        got=f"Stripe: {calls[0]} → {after[0]}, Mailchimp: {calls[1]} → {after[1]}",
    )
    require_gone(lab, ada)


def test_eight_deliveries_at_once_erase_once(lab):
    ada = active(lab)
    deletion = lab.clerk.user_deleted(ada.signup)
    for answer in lab.deliver.together([deletion] * 4 + [deletion.again()] * 4):
        answer.expect("2xx")
    lab.app.settle()
    cron(lab)
    erasure(lab)
    require_asked_once(lab)
    require_gone(lab, ada)

    bob = active(lab)
    before = len(lab.stripe.calls())
    deletion = lab.clerk.user_deleted(bob.signup)
    with lab.stripe.hold("answer") as hold:
        requests = begin_calling(lab, hold, lab.deliver.later(deletion))
        requests.append(lab.deliver.later(deletion.again()))
        # The second delivery has begun by then; an app may keep it waiting until the first is done.
        hold.wait(2, timeout=2, during=requests[-1:])
    for request in requests:
        request.result().expect("2xx")
    lab.app.settle()
    cron(lab)
    require_asked_once(lab, before)
    require_gone(lab, bob)


def test_two_crons_at_once_do_a_step_once(lab):
    # Both have looked before one takes it. Stripe waits, so that the other comes before it is done.
    ada, before = unfinished(lab)
    with lab.stripe.hold("answer"):
        crons = lab.cron.at_once()
        # Who comes too late is done; an app may also keep it waiting for the first.
        lab.wait(crons, timeout=2, return_when=FIRST_COMPLETED)
    for each in crons:
        each.result().expect("2xx")
    deleted_once(lab, ada, before)
    # An app may tidy up before it looks for work: the race is then about its second write.
    eve, before = unfinished(lab)
    for answer in lab.cron.together(after=1):
        answer.expect("2xx")
    deleted_once(lab, eve, before)
    # The second one comes while the first is calling.
    bob, before = unfinished(lab)
    with lab.stripe.hold("answer") as hold:
        crons = [lab.cron.later()]
        hold.wait(during=crons)
        crons.append(lab.cron.later(app=1))
        # An app may keep it waiting until the first is done.
        hold.wait(2, timeout=2, during=crons[1:])
    for each in crons:
        each.result().expect("2xx")
    deleted_once(lab, bob, before)


def unfinished(lab):
    """Somebody whose erasure waits for Stripe alone, and is due again; the calls so far."""
    member = join(lab)
    lab.stripe.fail(refuse=True)
    erase(lab, member)
    lab.stripe.recover()
    lab.clock.advance(seconds=DUE * BASE)
    return member, len(lab.stripe.calls())


def deleted_once(lab, member, before):
    """Fail unless the erasure ends well, and Stripe was asked once since `before` calls."""
    lab.app.settle()
    cron(lab)
    require_asked_once(lab, before)
    require_deleted(lab, member)


def test_a_crash_between_two_writes_loses_nothing(lab):
    for writes in (1, 8):
        ada = active(lab)
        deletion = lab.clerk.user_deleted(ada.signup)
        with lab.database.hold_writes(after=writes) as held:
            held(lab.deliver.later(deletion))
            lab.app.kill()
        recovered(lab, deletion)
        require_gone(lab, ada)


def test_a_crash_during_a_call_loses_nothing(lab):
    # Much shorter than usual, so that the setting must be obeyed.
    lease = LEASE // 10
    lab.app.restart(ERASURE_LEASE_SECONDS=str(lease))
    ada = active(lab)
    deletion = lab.clerk.user_deleted(ada.signup)
    with lab.stripe.hold("answer") as hold:
        begin_calling(lab, hold, lab.deliver.later(deletion))
        lab.app.kill()
    recovered(lab, deletion, lease)
    step(lab, "stripe", status="done")
    require_gone(lab, ada)


def recovered(lab, deletion, lease=LEASE):
    """Start the killed app; Svix delivers again, the lease ends, and the cron runs."""
    lab.app.restart(ERASURE_LEASE_SECONDS=str(lease))
    deliver(lab, deletion, note="Svix")
    later(lab, 2 * lease)
