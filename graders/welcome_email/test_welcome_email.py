"""What the welcome e-mail must be like, one claim a test. The titles for people are in rubric.toml.

An answer may send right after the commit or leave all sending to the cron: before a check looks at
the inbox, the cron has run.
"""

from concurrent.futures import wait

from hooklab.grading.inbox import content
from hooklab.services import Settings
from hooklab.texts import pick

DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}
BASE = DEFAULTS["mail_retry_base_seconds"]
LEASE = DEFAULTS["mail_lease_seconds"]

# A delay may be a fifth shorter or longer than announced: too early is before, due is after.
TOO_EARLY, DUE = 0.75, 1.25

PREFERENCES = {"theme": "light", "language": "fr", "notifications": True}


def welcome(lab, signup, note=""):
    """Deliver `signup`, and let a minute's cron run."""
    lab.deliver(signup, note=note).expect("2xx")
    lab.app.settle()
    cron(lab)


def cron(lab):
    """Let the app do what is due, and finish what it does after its answer."""
    lab.cron()
    lab.app.settle()


def stored(lab, signup):
    """Fail unless the user and the default preferences are there, once."""
    lab.db.expect_row(
        "user",
        {"clerk_id": signup.user_id},
        email=signup.email,
        first_name=signup.data["first_name"],
        last_name=signup.data["last_name"],
    )
    lab.db.expect_row("user_preferences", {"clerk_id": signup.user_id}, **PREFERENCES)


def queued(lab, signup, **values):
    """Fail unless the welcome e-mail has one row in the queue, with these values."""
    where = {"clerk_id": signup.user_id, "kind": "welcome"}
    return lab.db.expect_row("email_queue", where, **values)


def reached(hold, requests, count=1):
    """How many conversations wait at `hold`, once `count` do or every request is answered."""
    while hold.wait(count, timeout=0.05) < count:
        if all(request.done() for request in requests):
            break
    return hold.wait(count, timeout=0)


def begin_sending(lab, hold, signup):
    """Deliver `signup` until its e-mail has come to `hold`; the requests that are under way."""
    requests = [lab.deliver.later(signup)]
    if not reached(hold, requests):
        requests[0].result().expect("2xx")
        requests.append(lab.cron.later())
    if not reached(hold, requests):
        requests[1].result().expect("2xx")
    lab.require(
        # All is answered; a background task may still be on its way.
        hold.wait(1, timeout=2),
        en="a conversation with the mail server, after the sign-up or in the next cron run",
        fr="une conversation avec le serveur de messagerie, après l’inscription ou au cron suivant",
        got=pick({"en": "there was none", "fr": "il n’y en a pas eu"}),
    )
    return requests


def crash(lab, point, signup):
    """Kill the app while its mail is at `point`; restart, redeliver, and wait for the lease."""
    with lab.inbox.hold(point) as hold:
        begin_sending(lab, hold, signup)
        lab.app.kill()
    lab.app.restart()
    welcome(lab, signup, note="Svix")
    for _ in range(2):
        lab.clock.advance(seconds=2 * LEASE)
        cron(lab)


def fail_first_attempt(lab, *signups):
    """Deliver while the mail server refuses connections; then it is back, and nothing is due."""
    lab.inbox.fail(refuse=True)
    for signup in signups:
        welcome(lab, signup)
    lab.inbox.recover()


# User and preferences


def test_a_signup_creates_user_and_preferences(lab):
    signup = lab.clerk.user_created()
    other = lab.clerk.user_created(last_name=None)
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    stored(lab, signup)
    stored(lab, other)


def test_a_signup_is_written_whole_or_not_at_all(lab):
    for writes in (1, 2):
        signup = lab.clerk.user_created()
        with lab.database.hold_writes(after=writes) as held:
            lab.deliver.later(signup)
            held()
            lab.app.kill()
        found = {
            table: len(lab.db.rows(table, clerk_id=signup.user_id))
            for table in ("user", "user_preferences", "email_queue")
        }
        lab.require(
            len(set(found.values())) == 1,
            en="after a crash between two writes: the user, the preferences and the row of the "
            "queue, or none of them",
            fr="après un plantage entre deux écritures : l’utilisateur, ses préférences et la "
            "ligne de la file, ou rien du tout",
            got=", ".join(f"{table}: {count}" for table, count in found.items()),
        )
        lab.app.restart()
        lab.deliver(signup, note="Svix").expect("2xx")
        stored(lab, signup)
        queued(lab, signup)


def test_a_user_without_address_is_stored_and_gets_no_mail(lab):
    by_phone = lab.clerk.user_created(via="phone")
    dangling = lab.clerk.user_created().changed(email_addresses=[])
    for signup in (by_phone, dangling):
        welcome(lab, signup)
        stored(lab, signup)
    lab.inbox.expect(0)


def test_other_events_and_forged_ones_change_nothing(lab):
    signup = lab.clerk.user_created()
    for event in (
        lab.clerk.user_updated(signup, first_name="New"),
        lab.clerk.session_created(signup),
        lab.clerk.user_deleted(signup),
    ):
        lab.deliver(event).expect("2xx")
    forged = {"svix-signature": "v1," + "A" * 43 + "="}
    lab.deliver(signup, change=forged, note="forged").expect("4xx")
    cron(lab)
    lab.db.expect("user", 0)
    lab.db.expect("email_queue", 0)
    lab.inbox.expect(0)


# The e-mail


def test_the_mail_goes_to_the_primary_address_alone(lab):
    signup = lab.clerk.user_created(emails=("first@example.org", "primary@example.org"))
    welcome(lab, signup)
    mail = lab.inbox.expect(1)[0]
    lab.require(
        mail.to == ("primary@example.org",) and DEFAULTS["mail_from"] in mail.header("from"),
        en=f"an e-mail from {DEFAULTS['mail_from']} to the primary address, primary@example.org",
        fr=f"un e-mail de {DEFAULTS['mail_from']} à l’adresse principale, primary@example.org",
        got=f"{mail.header('from')} → {', '.join(mail.to)}",
    )


def test_the_mail_says_how_to_start(lab):
    signup = lab.clerk.user_created(first_name="Zoë")
    welcome(lab, signup)
    mail = lab.inbox.expect(1, to=signup.email)[0]
    lab.require(
        mail.subject.strip() and mail.text.strip(),
        en="an e-mail with a subject and a text part",
        fr="un e-mail avec un objet et une partie texte",
        got=mail.raw.decode(errors="replace"),
    )
    for wanted in (
        lab.settings["APP_URL"],
        lab.settings["DOCS_URL"],
        lab.settings["WELCOME_OFFER_CODE"],
        "Zoë",
    ):
        lab.require(
            wanted in content(mail),
            en=f"an e-mail that contains {wanted}",
            fr=f"un e-mail qui contient {wanted}",
            got=content(mail),
        )


def test_a_user_without_first_name_is_greeted_without_one(lab):
    ada, nobody = lab.clerk.user_created(), lab.clerk.user_created(first_name=None)
    welcome(lab, ada)
    welcome(lab, nobody)
    usual = content(lab.inbox.expect(1, to=ada.email)[0])
    unnamed = content(lab.inbox.expect(1, to=nobody.email)[0])
    for word in ("None", "null", "undefined"):
        lab.require(
            word not in unnamed or word in usual,
            en="a greeting without a name",
            fr="une formule d’accueil sans nom",
            got=unnamed,
        )


def test_a_hostile_first_name_does_no_harm(lab):
    for name in (
        "<script>alert(1)</script>",
        "Ada\r\nBcc: victim@example.net",
        "victim@example.net, Ada",
    ):
        signup = lab.clerk.user_created(first_name=name)
        welcome(lab, signup)
        mail = lab.inbox.expect(1, to=signup.email)[0]
        lab.require(
            mail.to == (signup.email,) and not mail.header("bcc"),
            en=f"an e-mail to its user alone when the first name is {name!r}",
            fr=f"un e-mail à son seul utilisateur quand le prénom est {name!r}",
            got=f"{', '.join(mail.to)} (Bcc: {mail.header('bcc') or '-'})",
        )
        lab.require(
            "<script>" not in mail.html.lower(),
            en="a first name that is escaped in HTML",
            fr="un prénom échappé dans le HTML",
            got=mail.html,
        )


def test_an_imported_user_gets_no_welcome(lab):
    imported = lab.clerk.user_created(via="import", public_metadata={"imported": True})
    liar = lab.clerk.user_created(unsafe_metadata={"imported": True})
    welcome(lab, imported)
    welcome(lab, liar)
    stored(lab, imported)
    lab.inbox.expect(0, to=imported.email)
    lab.inbox.expect(1, to=liar.email)


# Exactly one


def test_a_redelivered_signup_sends_one_mail(lab):
    signup = lab.clerk.user_created()
    for _ in range(3):
        welcome(lab, signup)
        lab.clock.advance(hours=30)
    stored(lab, signup)
    lab.inbox.expect(1)
    queued(lab, signup, status="sent")


def test_the_same_signup_in_another_message_sends_no_second_mail(lab):
    signup = lab.clerk.user_created()
    welcome(lab, signup)
    welcome(lab, signup.again())
    stored(lab, signup)
    lab.inbox.expect(1)


def test_eight_deliveries_at_once_send_one_mail(lab):
    signup = lab.clerk.user_created()
    for answer in lab.deliver.together([signup] * 8):
        answer.expect("2xx")
    lab.app.settle()
    cron(lab)
    stored(lab, signup)
    lab.inbox.expect(1)


def test_two_crons_at_once_send_each_mail_once(lab):
    # Some tidy up before they look for work: the race for the mail is then about a later write.
    for writes in (0, 1):
        signups = [lab.clerk.user_created() for _ in range(2)]
        fail_first_attempt(lab, *signups)
        lab.clock.advance(seconds=DUE * BASE)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        lab.app.settle()
        cron(lab)
        for signup in signups:
            lab.inbox.expect(1, to=signup.email)


def test_a_mail_under_way_is_left_to_its_sender(lab):
    signup = lab.clerk.user_created()
    other = lab.app.another()
    with lab.inbox.hold("connect") as hold:
        first = begin_sending(lab, hold, signup)
        second = [lab.deliver.later(signup, app=other), lab.cron.later(app=other)]
        reached(hold, second, count=2)
    for request in first + second:
        request.result().expect("2xx")
    lab.inbox.expect(1)


def test_a_crash_before_the_greeting_loses_and_doubles_nothing(lab):
    signup = lab.clerk.user_created()
    crash(lab, "connect", signup)
    stored(lab, signup)
    lab.inbox.expect(1)
    queued(lab, signup, status="sent")


def test_a_crash_after_the_text_never_sends_a_second_mail(lab):
    signup = lab.clerk.user_created()
    crash(lab, "answer", signup)
    stored(lab, signup)
    lab.inbox.expect(1)
    queued(lab, signup, status="uncertain")


def test_a_lost_answer_never_sends_a_second_mail(lab):
    signup = lab.clerk.user_created()
    lab.inbox.fail(lost_answer=True, times=1)
    welcome(lab, signup)
    for _ in range(3):
        lab.clock.advance(hours=2)
        cron(lab)
    welcome(lab, signup, note="Svix")
    lab.inbox.expect(1)
    queued(lab, signup, status="uncertain")


# Failure is isolated


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
    queued(lab, signup, status="sent")


def test_each_failure_doubles_the_delay_up_to_the_cap(lab):
    lab.app.restart(MAIL_RETRY_BASE_SECONDS="100", MAIL_RETRY_CAP_SECONDS="300")
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
    for fault in ({"status": 421}, {"status": 451}, {"drop": True}):
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
            wait([other], timeout=2.5).done,
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
    signups = [lab.clerk.user_created() for _ in range(3)]
    fail_first_attempt(lab, *signups)
    lab.inbox.fail(status=550, times=1)
    lab.clock.advance(seconds=DUE * BASE)
    cron(lab)
    lab.inbox.expect(2)
    lab.clock.advance(seconds=DUE * 2 * BASE)
    cron(lab)
    for signup in signups:
        lab.inbox.expect(1, to=signup.email)


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
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer "}):
        lab.app.post("/internal/cron", headers=headers).expect("401", "403")
    lab.inbox.expect(0)
    cron(lab)
    lab.inbox.expect(1)


def test_nothing_personal_is_printed(lab):
    lab.app.restart(MAIL_MAX_ATTEMPTS="1")
    person = {"email": "canary.address@example.org", "last_name": "Canarybird"}
    signup = lab.clerk.user_created(first_name="Canaryfirst", **person)
    with lab.database.unavailable():
        lab.deliver(signup)
    lab.inbox.fail(status=550, times=1)
    welcome(lab, signup)
    other = lab.clerk.user_created(first_name="Canaryfirst", last_name="Canarybird")
    welcome(lab, other)
    lab.inbox.expect(1, to=other.email)
    for address in (signup.email, other.email):
        lab.logs.expect_absent(address, {"en": "The e-mail address", "fr": "L’adresse e-mail"})
    for name in ("Canaryfirst", "Canarybird"):
        lab.logs.expect_absent(name, {"en": "The name", "fr": "Le nom"})
