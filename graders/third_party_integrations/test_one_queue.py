"""One queue for four services: what fails waits alone, and nothing is lost."""

from contextlib import ExitStack

from hooklab.texts import pick

from .helpers import (
    BASE,
    DUE,
    INTEGRATIONS,
    LEASE,
    NEW,
    TOO_EARLY,
    all_done,
    arrive,
    expect_announced,
    expect_contact,
    expect_members,
    expect_tracked,
    members,
    owed,
    reader,
    retry,
    run,
)

FAULTS = (
    ("slack", {"status": 403}),
    ("slack", {"drop": True}),
    ("newsletter", {"refuse": True}),
    ("support", {"status": 401}),
    ("analytics", {"drop": True}),
)


def test_a_service_that_is_down_holds_up_no_other(lab):
    for name, fault in lab.draw.order(FAULTS):
        user, service = reader(lab), getattr(lab, name)
        service.fail(**fault)
        arrive(lab, user)
        for integration in INTEGRATIONS:
            told = {"status": "pending", "attempts": 1} if integration == name else {}
            owed(lab, user, integration, **{"status": "done", **told})
        service.recover()
        lab.clock.advance(seconds=TOO_EARLY * BASE)
        run(lab)
        owed(lab, user, name, status="pending", attempts=1)
        lab.clock.advance(seconds=(DUE - TOO_EARLY) * BASE)
        run(lab)
        all_done(lab, user)
        expect_announced(lab, user)
        expect_contact(lab, user)
        expect_tracked(lab, user)
    # One message may announce several people: then its failure is that of each of them.
    several = [lab.clerk.user_created() for _ in range(2)]
    lab.slack.fail(status=500)
    for user in several:
        lab.deliver(user).expect("2xx")
    run(lab)
    lab.slack.recover()
    for _ in several:
        retry(lab)
    for user in several:
        expect_announced(lab, user)


def test_a_service_that_hangs_holds_up_no_other(lab):
    user = reader(lab)
    services = {name: getattr(lab, name) for name in INTEGRATIONS}
    with ExitStack() as stack:
        holds = {
            name: stack.enter_context(service.hold("request")) for name, service in services.items()
        }
        delivery = lab.deliver.later(user)
        lab.require(
            # An app that waits does so for the five seconds that the clients wait.
            not lab.wait([delivery], timeout=2.5).not_done,
            en="an answer to the delivery while the services hang",
            fr="une réponse à la livraison pendant que les services ne répondent pas",
            got=pick({"en": "no answer within 2.5 s", "fr": "aucune réponse en 2,5 s"}),
        )
        delivery.result().expect("2xx")
        requests = [lab.cron.later()]
        # One that is not called by then is missing: the others need not be waited for.
        for hold in holds.values():
            if not (hold.wait(during=requests) or hold.wait(timeout=2)):
                break
        reached = [name for name, hold in holds.items() if hold.wait(timeout=0)]
        lab.require(
            len(reached) == len(holds),
            en="a call to each of the four services while none of them answers",
            fr="un appel à chacun des quatre services alors qu’aucun ne répond",
            got=", ".join(reached) or "-",
        )
    for request in requests:
        request.result().expect("2xx")
    run(lab)
    all_done(lab, user)


def test_retry_after_is_obeyed(lab):
    first, second = reader(lab), reader(lab)
    asked = {name: getattr(lab, name) for name in ("slack", "support", "analytics")}
    for service in asked.values():
        service.fail(status=429, retry_after=600, times=1)
    arrive(lab, first)
    owed(lab, first, "newsletter", status="done")
    for name, service in asked.items():
        service.expect(1)
        owed(lab, first, name, status="pending", attempts=1)
    # What only the process remembers is forgotten now.
    lab.app.restart()
    arrive(lab, second)
    owed(lab, second, "newsletter", status="done")
    for seconds in (120, 300, 100):
        lab.clock.advance(seconds=seconds)
        run(lab)
        for service in asked.values():
            service.expect(1)
    for _ in range(3):
        lab.clock.advance(seconds=100)
        run(lab)
    for user in (first, second):
        all_done(lab, user)
        expect_announced(lab, user)


def test_delays_grow_and_end(lab):
    lab.app.restart(
        INTEGRATION_RETRY_BASE_SECONDS="100",
        INTEGRATION_RETRY_CAP_SECONDS="300",
        INTEGRATION_MAX_ATTEMPTS="5",
    )
    user = reader(lab)
    lab.support.fail(status=503)
    arrive(lab, user)
    for attempts, delay in enumerate((100, 200, 300, 300), start=1):
        lab.clock.advance(seconds=TOO_EARLY * delay)
        run(lab)
        tried(lab, user, attempts, "pending", en=f"before {delay} s", fr=f"avant {delay} s")
        lab.clock.advance(seconds=(DUE - TOO_EARLY) * delay)
        run(lab)
        status = "dead" if attempts == 4 else "pending"
        tried(lab, user, attempts + 1, status, en=f"after {delay} s", fr=f"après {delay} s")
    lab.support.recover()
    lab.clock.advance(hours=2)
    run(lab)
    tried(lab, user, 5, "dead", en="for ever", fr="pour toujours")
    lab.require(
        not lab.support.contacts,
        en="no further attempt for a row that is dead",
        fr="aucune nouvelle tentative pour une ligne dead",
        got=f"{len(lab.support.contacts)} contact",
    )
    arrive(lab, lab.clerk.user_updated(user, last_name=lab.draw.word()))
    owed(lab, user, "support", status="done", attempts=0)


def tried(lab, user, attempts, status, *, en, fr):
    """Fail unless so many attempts have been made; says when the last one had to come."""
    row = owed(lab, user, "support", status=status)
    lab.require(
        row["attempts"] == attempts,
        en=f"{attempts} attempts in all, {en} since the one before",
        fr=f"{attempts} tentatives en tout, {fr} depuis la précédente",
        got=f"attempts = {row['attempts']}",
    )


def test_a_crash_loses_and_doubles_nothing(lab):
    # The lease is what the setting says.
    for writes, lease in ((1, LEASE), (3, LEASE // 10)):
        lab.app.restart(INTEGRATION_LEASE_SECONDS=str(lease))
        user = reader(lab)
        with lab.database.hold_writes(after=writes) as held:
            held(lab.deliver.later(user))
            lab.app.kill()
        recovered(lab, user, lease)
    user = reader(lab)
    lab.clock.advance(minutes=1)
    with ExitStack() as stack:
        # The work is done, and nobody has written down that it is.
        holds = [
            stack.enter_context(service.hold("answer"))
            for service in (lab.newsletter, lab.support, lab.analytics)
        ]
        lab.deliver.later(user).result().expect("2xx")
        if not holds[0].wait(1, timeout=0.1):
            lab.cron.later()
        reached = [hold.wait(timeout=1) for hold in holds]
        lab.require(
            any(reached),
            en="a call to a service, after the sign-up or in the next cron run",
            fr="un appel à un service, après l’inscription ou au cron suivant",
            got=pick({"en": "there was none", "fr": "il n’y en a pas eu"}),
        )
        lab.app.kill()
    recovered(lab, user, LEASE // 10)


def recovered(lab, user, lease):
    """Start the app again, deliver again, and fail unless every service knows the user once."""
    lab.app.restart(INTEGRATION_LEASE_SECONDS=str(lease))
    arrive(lab, user, note="Svix")
    for _ in range(2):
        lab.clock.advance(seconds=2 * lease)
        run(lab)
    all_done(lab, user)
    lab.require(
        members(lab).get(user.email.lower()) in NEW,
        en=f"{user.email} on the list",
        fr=f"{user.email} sur la liste",
        got=repr(members(lab)),
    )
    expect_contact(lab, user)
    expect_tracked(lab, user)


def test_neither_people_nor_secrets_are_printed(lab):
    first, last = lab.draw.word(), lab.draw.word()
    user = reader(lab, email=lab.draw.address(), first_name=first, last_name=last)
    with lab.database.unavailable():
        lab.deliver(user)
    for fault in lab.draw.order(({"status": 500}, {"refuse": True}, {"drop": True})):
        for name in INTEGRATIONS:
            getattr(lab, name).fail(**fault)
        arrive(lab, user)
        lab.clock.advance(hours=1)
        run(lab)
        lab.clock.advance(hours=1)
    for name in INTEGRATIONS:
        getattr(lab, name).recover()
    for _ in range(2):
        lab.clock.advance(hours=1)
        retry(lab)
    all_done(lab, user)
    expect_members(lab, pending=user.email)
    for text, what in (
        (user.email, {"en": "The e-mail address", "fr": "L’adresse e-mail"}),
        (first, {"en": "The first name", "fr": "Le prénom"}),
        (last, {"en": "The last name", "fr": "Le nom"}),
        (secret(lab), {"en": "Slack’s secret address", "fr": "L’adresse secrète de Slack"}),
        (lab.settings["MAILCHIMP_API_KEY"], {"en": "Mailchimp’s key", "fr": "La clé Mailchimp"}),
        (
            lab.settings["INTERCOM_ACCESS_TOKEN"],
            {"en": "Intercom’s token", "fr": "Le jeton Intercom"},
        ),
        (lab.settings["SEGMENT_WRITE_KEY"], {"en": "Segment’s key", "fr": "La clé Segment"}),
    ):
        lab.logs.expect_absent(text, what)


def secret(lab):
    """The part of Slack's address that nobody may know."""
    return lab.settings["SLACK_WEBHOOK_URL"].rpartition("/")[2]
