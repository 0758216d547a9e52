"""What is erased at Stripe and Mailchimp, and what their answers mean."""

from datetime import timedelta

from hooklab.texts import pick

from .helpers import (
    BASE,
    DUE,
    active,
    begin_calling,
    cron,
    deliver,
    erase,
    erasure,
    join,
    later,
    require_deleted,
    require_forgotten,
    require_gone,
    require_off_the_list,
    step,
)


def test_the_stripe_customer_is_deleted(lab):
    ada, bob, free = join(lab), join(lab), join(lab, customer=False)
    erase(lab, ada)
    require_deleted(lab, ada, exact=True)
    calls = len(lab.stripe.calls())
    erase(lab, free)
    lab.db.expect("user", 0, clerk_id=free.clerk_id)
    living = [each.id for each in lab.stripe.customers.values() if not each.deleted]
    lab.require(
        len(lab.stripe.calls()) == calls and living == [bob.customer.id],
        en="calls about the customer of the deleted user alone, and none for a user without one",
        fr="des appels au sujet du client de la personne supprimée, aucun pour qui n’en a pas",
        got="\n".join(f"{each.method} {each.path}" for each in lab.stripe.calls()),
    )


def test_the_member_is_erased_for_good(lab):
    ada, bob = join(lab, email=lab.draw.address().title()), join(lab)
    erase(lab, ada)
    require_forgotten(lab, ada.email)
    others = list(lab.newsletter.members)
    lab.require(
        others == [bob.email],
        en="the other member on the mailing list, and nobody else",
        fr="l’autre membre sur la liste, et personne d’autre",
        got=", ".join(others) or "-",
    )


def test_former_addresses_leave_the_list_too(lab):
    ada = join(lab)
    moved = lab.clerk.user_updated(ada.signup, email=lab.draw.address())
    current = [
        entry
        for entry in moved.data["email_addresses"]
        if entry["id"] == moved.data["primary_email_address_id"]
    ]
    lab.deliver(moved.changed(email_addresses=current)).expect("2xx")
    lab.newsletter.add_member(moved.email)
    erase(lab, ada)
    require_forgotten(lab, moved.email, ada.email)
    # Of two who had the same one, the last takes it along, while the first is still under way.
    carol = join(lab)
    lab.deliver(lab.clerk.user_updated(carol.signup, email=lab.draw.address())).expect("2xx")
    bob = join(lab, email=carol.email)
    lab.stripe.fail(refuse=True)
    erase(lab, carol)
    erase(lab, bob)
    lab.stripe.recover()
    later(lab, DUE * BASE)
    require_forgotten(lab, bob.email)


def test_what_is_gone_already_counts_as_done(lab):
    ada = join(lab, listed=False)
    # As somebody at the company does by hand.
    lab.stripe.customers.change(ada.customer.id, deleted_at=lab.clock.now() - timedelta(days=1))
    erase(lab, ada)
    step(lab, "stripe", status="done")
    step(lab, "mailing_list", status="done")
    erasure(lab, status="done")


def test_after_a_lost_answer_the_step_ends_well(lab):
    ada = active(lab)
    lab.stripe.fail(lost_answer=True, times=1)
    lab.newsletter.fail(lost_answer=True, times=1)
    erase(lab, ada)
    for _ in range(2):
        later(lab, DUE * 2 * BASE)
    for name in ("stripe", "mailing_list"):
        step(lab, name, status="done")
    require_gone(lab, ada)


def test_an_error_is_not_taken_for_done(lab):
    lab.app.restart(ERASURE_RETRY_CAP_SECONDS=str(BASE))
    ada = join(lab)
    statuses = (400, 401, 403, 409, 429, 500, 503)
    faults = [{"drop": True}, *({"status": status} for status in statuses)]
    # A customer that is not there has a code of its own. A 404 without it is about something else.
    pairs = [({"status": 404}, {"status": 405}), *((fault, fault) for fault in faults)]
    for count, (fault, other) in enumerate(lab.draw.order(pairs)):
        lab.stripe.fail(**fault)
        lab.newsletter.fail(**other)
        if count:
            later(lab, DUE * BASE)
        else:
            erase(lab, ada)
        step(lab, "stripe", status="pending")
        step(lab, "mailing_list", status="pending")
    lab.stripe.recover()
    lab.newsletter.recover()
    later(lab, DUE * BASE)
    require_deleted(lab, ada)
    require_off_the_list(lab, ada.email)


def test_nobody_waits_for_a_service_that_hangs(lab):
    ada, bob = active(lab), lab.clerk.user_created()
    with lab.stripe.hold("request") as hold:
        deletion = lab.deliver.later(lab.clerk.user_deleted(ada.signup))
        answered_soon(lab, deletion, en="the deletion", fr="la suppression")
        requests = begin_calling(lab, hold, deletion)
        # It writes too: a transaction that stays open while Stripe thinks would keep it waiting.
        answered_soon(lab, lab.deliver.later(bob), en="a sign-up", fr="une inscription")
    for request in requests:
        request.result().expect("2xx")
    lab.app.settle()
    cron(lab)
    lab.db.expect("user", 1, clerk_id=bob.user_id)
    require_deleted(lab, ada)


def answered_soon(lab, request, *, en, fr):
    """Fail unless `request` is answered 2xx while Stripe hangs."""
    # An app that waits does so for the five seconds that its client does.
    lab.require(
        lab.wait([request], timeout=2.5).done,
        en=f"an answer to {en} while Stripe does not answer",
        fr=f"une réponse à {fr} pendant que Stripe ne répond pas",
        got=pick({"en": "no answer within 2.5 s", "fr": "aucune réponse en 2,5 s"}),
    )
    request.result().expect("2xx")


def test_the_erasure_is_written_down_before_any_call(lab):
    ada = active(lab)
    deletion = lab.clerk.user_deleted(ada.signup)
    with lab.database.hold_writes() as held:
        held(lab.deliver.later(deletion))
        lab.app.kill()
    lab.stripe.expect(0)
    lab.newsletter.expect(0)
    lab.app.restart()
    deliver(lab, deletion, note="Svix")
    require_gone(lab, ada)
