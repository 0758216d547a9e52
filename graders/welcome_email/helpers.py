"""A sign-up and what becomes of its e-mail, for all files of checks.

An answer may send right after the commit or leave all sending to the cron: before a check looks at
the inbox, the cron has run.
"""

from hooklab.grading.defaults import defaults
from hooklab.texts import pick

DEFAULTS = defaults(__file__)
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


def begin_sending(lab, hold, signup):
    """Deliver `signup` until its e-mail has come to `hold`; the requests that are under way."""
    requests = [lab.deliver.later(signup)]
    if not hold.wait(during=requests):
        requests[0].result().expect("2xx")
        requests.append(lab.cron.later())
    if not hold.wait(during=requests):
        requests[-1].result().expect("2xx")
    lab.require(
        # All is answered; a background task may still be on its way.
        hold.wait(timeout=2),
        en="a conversation with the mail server, after the sign-up or in the next cron run",
        fr="une conversation avec le serveur de messagerie, après l’inscription ou au cron suivant",
        got=pick({"en": "there was none", "fr": "il n’y en a pas eu"}),
    )
    return requests


def crash(lab, point, signup):
    """Kill the app while its mail is at `point`; restart, redeliver, and wait for the lease.

    The lease is much shorter than usual, so that the setting must be obeyed.
    """
    lease = LEASE // 10
    lab.app.restart(MAIL_LEASE_SECONDS=str(lease))
    with lab.inbox.hold(point) as hold:
        begin_sending(lab, hold, signup)
        lab.app.kill()
    lab.app.restart(MAIL_LEASE_SECONDS=str(lease))
    welcome(lab, signup, note="Svix")
    for _ in range(2):
        lab.clock.advance(seconds=2 * lease)
        cron(lab)


def fail_first_attempt(lab, *signups):
    """Deliver while the mail server refuses connections; then it is back, and nothing is due."""
    lab.inbox.fail(refuse=True)
    for signup in signups:
        welcome(lab, signup)
    lab.inbox.recover()
