"""What becomes of an erasure when something fails, dies, or comes twice."""

from concurrent.futures import FIRST_COMPLETED

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
    require_deleted,
    require_gone,
    require_gone_at_home,
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
    for attempts in range(6, 10):
        later(lab, DUE * 500)
        tried(lab, attempts, en="once 500 s have passed", fr="au bout de 500 s")
    lab.stripe.recover()
    lab.clock.advance(seconds=DUE * 500)
    # Whoever does not know the secret makes nobody try.
    lab.cron.obeys_its_secret_alone()
    step(lab, "stripe", status="pending")
    cron(lab)
    require_deleted(lab, ada)
    lab.db.expect("user", 0)
    erasure(lab, status="done")


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
    require_deleted(lab, ada)
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
    require_gone(lab, ada)
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


def test_eight_deliveries_at_once_erase_once(lab):
    ada = active(lab)
    deletion = lab.clerk.user_deleted(ada.signup)
    for answer in lab.deliver.together([deletion] * 4 + [deletion.again()] * 4):
        answer.expect("2xx")
    lab.app.settle()
    cron(lab)
    erasure(lab, status="done")
    require_gone(lab, ada)
    lab.stripe.expect(1, method="DELETE")

    bob = active(lab)
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
    require_gone(lab, bob)
    lab.stripe.expect(1, method="DELETE", path=f"/v1/customers/{bob.customer.id}")


def test_two_crons_at_once_do_a_step_once(lab):
    # Both have looked before one takes it. Stripe waits, so that the other comes before it is done.
    ada = unfinished(lab)
    with lab.stripe.hold("answer"):
        crons = lab.cron.at_once()
        # Who comes too late is done; an app may also keep it waiting for the first.
        lab.wait(crons, timeout=2, return_when=FIRST_COMPLETED)
    for each in crons:
        each.result().expect("2xx")
    deleted_once(lab, ada)
    # An app may tidy up before it looks for work: the race is then about its second write.
    eve = unfinished(lab)
    for answer in lab.cron.together(after=1):
        answer.expect("2xx")
    deleted_once(lab, eve)
    # The second one comes while the first is calling.
    bob = unfinished(lab)
    with lab.stripe.hold("answer") as hold:
        crons = [lab.cron.later()]
        hold.wait(during=crons)
        crons.append(lab.cron.later(app=1))
        # An app may keep it waiting until the first is done.
        hold.wait(2, timeout=2, during=crons[1:])
    for each in crons:
        each.result().expect("2xx")
    deleted_once(lab, bob)


def unfinished(lab):
    """Somebody who was erased, but for what Stripe refused; it is due again."""
    member = join(lab)
    lab.stripe.fail(refuse=True)
    erase(lab, member)
    lab.stripe.recover()
    lab.clock.advance(seconds=DUE * BASE)
    return member


def deleted_once(lab, member):
    """Fail unless the erasure ends well, and Stripe was asked once."""
    lab.app.settle()
    cron(lab)
    require_deleted(lab, member)
    lab.stripe.expect(1, method="DELETE", path=f"/v1/customers/{member.customer.id}")


def test_a_crash_between_two_writes_loses_nothing(lab):
    for writes in (1, 8):
        ada = active(lab)
        deletion = lab.clerk.user_deleted(ada.signup)
        with lab.database.hold_writes(after=writes) as held:
            lab.deliver.later(deletion)
            held()
            lab.app.kill()
        recovered(lab, deletion)
        require_gone(lab, ada)


def test_a_crash_during_a_call_loses_nothing(lab):
    ada = active(lab)
    deletion = lab.clerk.user_deleted(ada.signup)
    with lab.stripe.hold("answer") as hold:
        begin_calling(lab, hold, lab.deliver.later(deletion))
        lab.app.kill()
    recovered(lab, deletion)
    require_gone(lab, ada)
    erasure(lab, status="done")


def recovered(lab, deletion):
    """Start the killed app; Svix delivers again, the lease ends, and the cron runs."""
    lab.app.restart()
    deliver(lab, deletion, note="Svix")
    later(lab, 2 * LEASE)
