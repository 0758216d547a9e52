"""What a failure of the mail server or the database costs: time, and nobody else's e-mail."""

from hooklab.texts import pick

from .helpers import (
    BASE,
    DUE,
    LEASE,
    TOO_EARLY,
    begin_sending,
    cron,
    fail_first_attempt,
    queued,
    stored,
    welcome,
)

IMPOSSIBLE = (
    "{name}@@example.org",
    "{name} {name}@example.org",
    "{name}@example.org, x",
    "{name}",
    "@",
    "ä{name}@ä.org",
)

CROWD = 12


def test_a_mail_server_that_refuses_delays_the_mail_alone(lab):
    signup = lab.clerk.user_created()
    fail_first_attempt(lab, signup)
    stored(lab, signup)
    queued(lab, signup, status="pending", attempts=1)
    lab.clock.advance(seconds=TOO_EARLY * BASE)
    cron(lab)
    lab.inbox.expect(0)
    lab.clock.advance(seconds=(DUE - TOO_EARLY) * BASE)
    cron(lab)
    lab.inbox.expect(1, to=signup.email)
    queued(lab, signup, status="sent", attempts=1)
    other = lab.clerk.user_created()
    welcome(lab, other)
    queued(lab, other, status="sent", attempts=0)


def test_each_failure_doubles_the_delay_up_to_the_cap(lab):
    lab.app.restart(
        MAIL_RETRY_BASE_SECONDS="100", MAIL_RETRY_CAP_SECONDS="300", MAIL_MAX_ATTEMPTS="60"
    )
    signup = lab.clerk.user_created()
    lab.inbox.fail(refuse=True)
    welcome(lab, signup)
    for attempts, delay in enumerate((100, 200, 300, 300), start=1):
        lab.clock.advance(seconds=TOO_EARLY * delay)
        cron(lab)
        tried(lab, signup, attempts, en=f"before {delay} s", fr=f"avant {delay} s")
        lab.clock.advance(seconds=(DUE - TOO_EARLY) * delay)
        cron(lab)
        tried(lab, signup, attempts + 1, en=f"after {delay} s", fr=f"après {delay} s")
    # Without the cap, the doubled delay would by now be longer than any calendar.
    for _ in range(45):
        lab.clock.advance(seconds=DUE * delay)
        cron(lab)
    tried(lab, signup, attempts + 46, en=f"after {delay} s each", fr=f"chaque fois après {delay} s")


def tried(lab, signup, attempts, *, en, fr):
    """Fail unless so many attempts have been made; says when the last one had to come."""
    found = queued(lab, signup, status="pending")["attempts"]
    lab.require(
        found == attempts,
        en=f"{attempts} attempts in all, {en} since the one before",
        fr=f"{attempts} tentatives en tout, {fr} depuis la précédente",
        got=f"attempts = {found}",
    )


def test_a_passing_error_is_tried_again(lab):
    for fault in lab.draw.order(({"status": 421}, {"status": 451}, {"drop": True})):
        signup = lab.clerk.user_created()
        lab.inbox.fail(**fault, times=1)
        welcome(lab, signup)
        lab.inbox.expect(0, to=signup.email)
        lab.clock.advance(seconds=DUE * BASE)
        cron(lab)
        lab.inbox.expect(1, to=signup.email)


def test_a_mail_server_that_hangs_holds_nobody_up(lab):
    first, second = lab.clerk.user_created(), lab.clerk.user_created()
    with lab.inbox.hold("connect") as hold:
        requests = begin_sending(lab, hold, first)
        other = lab.deliver.later(lab.clerk.other("organization.created", {}))
        # An app that blocks does so for the five seconds that its mail client waits.
        lab.require(
            lab.wait([other], timeout=2.5).done,
            en="an answer to another delivery while a first e-mail waits for the mail server",
            fr="une réponse à une autre livraison pendant qu’un premier e-mail attend le serveur "
            "de messagerie",
            got=pick({"en": "no answer within 2.5 s", "fr": "aucune réponse en 2,5 s"}),
        )
        other.result().expect("2xx")
        lab.inbox.fail(refuse=True)
        for request in requests:
            request.result().expect("2xx")
        lab.app.settle()
    lab.inbox.recover()
    lab.app.restart(SMTP_TIMEOUT_SECONDS="0.5")
    with lab.inbox.hold("connect"):
        welcome(lab, second)
        stored(lab, second)
    lab.clock.advance(seconds=DUE * BASE)
    cron(lab)
    for signup in (first, second):
        lab.inbox.expect(1, to=signup.email)


def test_a_mail_that_always_fails_is_given_up_and_kept(lab):
    lab.app.restart(MAIL_MAX_ATTEMPTS="3")
    signup = lab.clerk.user_created()
    lab.inbox.fail(status=550)
    welcome(lab, signup)
    for _ in range(4):
        lab.clock.advance(hours=2)
        cron(lab)
    queued(lab, signup, status="dead", attempts=3)
    lab.inbox.recover()
    lab.clock.advance(hours=2)
    cron(lab)
    lab.inbox.expect(0)


def test_one_mail_that_fails_does_not_stop_the_others(lab):
    # More than a small batch: one run of the cron sends all that is due.
    signups = [lab.clerk.user_created() for _ in range(CROWD)]
    fail_first_attempt(lab, *signups)
    lab.inbox.fail(status=550, times=1)
    lab.clock.advance(seconds=DUE * BASE)
    cron(lab)
    lab.inbox.expect(CROWD - 1)
    lab.clock.advance(seconds=DUE * 2 * BASE)
    cron(lab)
    for signup in signups:
        lab.inbox.expect(1, to=signup.email)
    # An address that no e-mail can carry comes first, whenever its lease ends.
    for form in lab.draw.order(IMPOSSIBLE):
        address = form.format(name=lab.draw.word())
        broken, signup = (lab.clerk.user_created() for _ in range(2))
        fail_first_attempt(lab, with_address(broken, address), signup)
        lab.clock.advance(seconds=max(DUE * BASE, LEASE + 1))
        cron(lab)
        lab.inbox.expect(1, to=signup.email)


def with_address(signup, address):
    """`signup` with another address in the place of its only one."""
    entry = {**signup.data["email_addresses"][0], "email_address": address}
    return signup.changed(email_addresses=[entry])


def test_a_database_that_is_away_is_a_server_error(lab):
    signup = lab.clerk.user_created()
    with lab.database.unavailable():
        lab.deliver(signup).expect("5xx")
    lab.clock.advance(seconds=5)
    welcome(lab, signup, note="Svix")
    stored(lab, signup)
    lab.inbox.expect(1)


def test_the_cron_obeys_its_secret_alone(lab):
    signup = lab.clerk.user_created()
    fail_first_attempt(lab, signup)
    lab.clock.advance(seconds=DUE * BASE)
    # An app that works on its own has sent it by now.
    sent = len(lab.inbox.mails())
    lab.cron.obeys_its_secret_alone()
    lab.inbox.expect(sent)
    cron(lab)
    lab.inbox.expect(1)


def test_nothing_personal_is_printed(lab):
    lab.app.restart(MAIL_MAX_ATTEMPTS="1")
    names = {"first_name": lab.draw.word(), "last_name": lab.draw.word()}
    signup = lab.clerk.user_created(email=lab.draw.address(), **names)
    with lab.database.unavailable():
        lab.deliver(signup)
    lab.inbox.fail(status=550, times=1)
    welcome(lab, signup)
    other = lab.clerk.user_created(**names)
    welcome(lab, other)
    lab.inbox.expect(1, to=other.email)
    hidden = lab.draw.word().lower()
    for address in lab.draw.order((f"{hidden}@@example.org", f"{hidden}@example.org x")):
        welcome(lab, with_address(lab.clerk.user_created(**names), address))
    for address in (signup.email, other.email, hidden):
        lab.logs.expect_absent(address, {"en": "The e-mail address", "fr": "L’adresse e-mail"})
    for name in names.values():
        lab.logs.expect_absent(name, {"en": "The name", "fr": "Le nom"})
