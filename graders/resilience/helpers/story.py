"""What a check does to the app, and what it looks at: rows, entries, accounts."""

from contextlib import contextmanager

from hooklab.grading.defaults import defaults
from hooklab.sender.events import primary_address
from hooklab.texts import pick

DEFAULTS = defaults(__file__)
LEASE = DEFAULTS["inbox_lease_seconds"]

LIST = "/v1/users"
USER = "/v1/users/*"

# Whoever needs more runs of the scheduler than this does not get on.
MOST_RUNS = 40


# What happens


def people(lab, count):
    """So many users who have signed up and are in the table, with an account each."""
    crowd = [lab.clerk.user_created() for _ in range(count)]
    told(lab, *crowd)
    return crowd


def told(lab, *events):
    """Deliver events that are taken, and let the scheduler run."""
    for event in events:
        lab.deliver(event).expect("2xx")
    cron(lab)


def renamed(lab, who, **changes):
    """A change of somebody's name a second later, not delivered."""
    lab.clock.advance(seconds=1)
    return lab.clerk.user_updated(who, **{"first_name": lab.draw.word(), **changes})


def cron(lab, times=1):
    """Let the scheduler run, whatever it answers: a job that is not written yet stops no other."""
    for _run in range(times):
        lab.app.settle()
        lab.cron.later().result()
    lab.app.settle()


def later(lab, *, runs=1, **span):
    """Let time pass, and the scheduler run."""
    lab.clock.advance(**span)
    cron(lab, runs)


def as_admin(lab):
    return {"authorization": f"Bearer {lab.settings['ADMIN_TOKEN']}"}


def catch_up(lab, *, brake=True):
    """Give the command a minute later, and let the scheduler run until everything is done."""
    lab.clock.advance(minutes=1)
    command(lab, brake=brake)
    finish_walk(lab)
    # What the walk has found, and what is asked about it, are entries for the next runs.
    cron(lab, 3)


def command(lab, *, brake=True):
    data = None if brake is None else {"brake": brake}
    count = len(lab.clerk.users)
    lab.journal.add(
        pick(
            {
                "en": f"Clerk has {count} users now; the command says brake = {brake}",
                "fr": f"Clerk compte {count} utilisateurs ; la commande dit brake = {brake}",
            }
        )
    )
    lab.app.post("/admin/catch-up", data=data, headers=as_admin(lab)).expect("2xx")


def finish_walk(lab):
    """Let the scheduler run until Clerk's list has been read."""
    for _run in range(MOST_RUNS):
        cron(lab)
        if not is_reconciling(lab):
            return
    lab.require(
        False,
        en=f"Clerk's list is read within {MOST_RUNS} runs of the scheduler",
        fr=f"la liste de Clerk est lue en {MOST_RUNS} passages du planificateur",
        got=pick({"en": "“reconciling” is still true", "fr": "« reconciling » vaut encore true"}),
    )


def as_listed(lab):
    """The ids of Clerk's users in the order in which a reconciliation reads them."""
    listed = sorted(lab.clerk.users, key=lambda user: (user["created_at"], user["id"]))
    return [user["id"] for user in listed]


def stand_at_page(lab, number):
    """Let the scheduler run until page `number` of the list is asked for; the hold and the run."""
    hold, run = lab.clerk_api.hold("request"), lab.cron.later()
    for page in range(1, number + 1):
        for _run in range(MOST_RUNS):
            if hold.wait(1, timeout=0.02):
                break
            if lab.wait([run], timeout=0.02).done:
                # One page a run is enough.
                run = lab.cron.later()
        lab.require(
            hold.wait(1, timeout=1),
            en=f"page {page} of Clerk's list asked for by the scheduler's runs",
            fr=f"la page {page} de la liste de Clerk demandée par les passages du planificateur",
            got=pick({"en": "it was not", "fr": "elle ne l’a pas été"}),
        )
        if page < number:
            before, hold = hold, lab.clerk_api.hold("request")
            before.release()
    return hold, run


def is_reconciling(lab):
    found = lab.app.get("/admin/status", headers=as_admin(lab)).expect("2xx").json
    lab.require(
        isinstance(found, dict) and isinstance(found.get("reconciling"), bool),
        en="“reconciling”, true or false, in the answer to GET /admin/status",
        fr="« reconciling », true ou false, dans la réponse à GET /admin/status",
        got=found,
    )
    return found["reconciling"]


@contextmanager
def killed_while(lab, hold, begin, **settings):
    """Begin something, kill the app when a call waits at `hold`, and start it again.

    Args:
        settings: those of the app that starts again.
    """
    with hold:
        answer = begin()
        lab.require(
            hold.wait(1, timeout=3),
            en="the run of the scheduler calls the service",
            fr="le passage du planificateur appelle le service",
            got=pick({"en": "it does not", "fr": "il ne le fait pas"}),
        )
        lab.app.kill()
        answer.result()
    yield
    lab.app.restart(**settings)


# What is true


def truth(user):
    """What a row has to say of a user as Clerk shows them."""
    return {
        "email": primary_address(user),
        "first_name": user["first_name"],
        "last_name": user["last_name"],
    }


def up_to_date(lab, *everybody):
    """Fail unless each row says what Clerk says now; without names, everybody whom Clerk knows."""
    for who in everybody or lab.clerk.users:
        user = lab.clerk.user(who)
        lab.db.expect_row("user", {"clerk_id": user["id"]}, **truth(user))


def is_tombstone(row):
    return row.get("deleted_at") is not None and not any(
        row.get(column) for column in ("email", "first_name", "last_name")
    )


def gone(lab, *everybody):
    """Fail unless nothing is left of these users but, perhaps, a tombstone."""
    for who in everybody:
        found = lab.db.rows("user", clerk_id=who.user_id)
        lab.require(
            all(map(is_tombstone, found)),
            en=f"no row of {who.user_id} in “user”, or an empty one with deleted_at",
            fr=f"aucune ligne de {who.user_id} dans « user », ou une ligne vide avec deleted_at",
            got=str(found[0]) if found else "",
        )


def entry(lab, event, status):
    """Fail unless the message has one row in the inbox with this status; the row."""
    return lab.db.expect_row("inbox", {"svix_id": event.message_id}, status=status)


def dead(lab, *events):
    """Fail unless each message is a dead letter that says why."""
    for event in events:
        row = entry(lab, event, "dead")
        lab.require(
            str(row.get("reason") or "").strip(),
            en=f"in “inbox”, a reason why {event.message_id} is dead",
            fr=f"dans « inbox », la raison (reason) pour laquelle {event.message_id} est mort",
            got=str(row),
        )


# Accounts at billing


def keys(lab):
    """The keys under which billing has opened accounts, by user."""
    found = {}
    for delivery in lab.billing.deliveries:
        # Whatever else stands there is nobody's.
        found.setdefault(str(delivery.json.get("user_id")), set()).add(delivery.message_id)
    return found


def one_account(lab, *everybody):
    """Fail unless billing has opened exactly one account for each; a key opens one account."""
    found = keys(lab)
    for who in everybody:
        accounts = found.get(who.user_id, set())
        lab.require(
            len(accounts) == 1,
            en=f"exactly one account at billing for {who.name} ({who.user_id})",
            fr=f"exactement un compte à la facturation pour {who.name} ({who.user_id})",
            got=pick({"en": f"{len(accounts)} accounts", "fr": f"{len(accounts)} comptes"})
            + (f", webhook-id: {', '.join(sorted(accounts))}" if accounts else ""),
        )


def no_account(lab, *everybody):
    """Fail when billing has opened an account for one of these."""
    found = keys(lab)
    for who in everybody:
        lab.require(
            who.user_id not in found,
            en=f"no account at billing for {who.name} ({who.user_id})",
            fr=f"aucun compte à la facturation pour {who.name} ({who.user_id})",
            got=str(found.get(who.user_id)),
        )


def called(lab):
    """How often billing has been called, whatever it answered."""
    return len(lab.billing.calls())
