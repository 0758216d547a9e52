"""The move as a check drives it: logins, phases, jobs, and the table compared with the truth."""

import hmac
from datetime import timedelta

from hooklab.sender.events import primary_address
from hooklab.texts import pick

# A run may take one page only; whoever needs more runs than this does not get on.
MOST_RUNS = 40

USER = "/v1/users/*"
LIST = "/v1/users"


# Who asks


def signed_in(lab, who):
    """The header of somebody who has just signed in."""
    claims = f"{who.user_id}.{int((lab.clock.now() + timedelta(hours=1)).timestamp())}"
    key = lab.settings["SESSION_SECRET"].encode()
    signature = hmac.new(key, claims.encode(), "sha256").hexdigest()
    return {"authorization": f"Bearer {claims}.{signature}"}


def as_admin(lab):
    return {"authorization": f"Bearer {lab.settings['ADMIN_TOKEN']}"}


# What happens


def people(lab, count):
    """So many sign-ups, of which nobody is told."""
    return [lab.clerk.user_created() for _ in range(count)]


def renamed(lab, who, **changes):
    """A change of `who` a minute later, of which nobody is told yet."""
    lab.clock.advance(minutes=1)
    return lab.clerk.user_updated(who, **({"first_name": lab.draw.word()} | changes))


def login(lab, who, app=0):
    """Let `who` sign in and come to /welcome; the answer."""
    label = f"GET /welcome · {who.name or who.user_id}"
    return lab.app.request("GET", "/welcome", headers=signed_in(lab, who), app=app, label=label)


def login_later(lab, who):
    """The same in the background."""
    return lab.app.later("GET", "/welcome", headers=signed_in(lab, who))


def told(lab, *events):
    """Deliver events that are taken, and let the scheduler run."""
    for event in events:
        lab.deliver(event).expect("2xx")
    cron(lab)


def cron(lab):
    lab.cron()
    lab.app.settle()


# The switch and the jobs


def ask(lab, route, **data):
    """POST to one of the administration's routes; the answer."""
    return lab.app.post(f"/migration/{route}", data=data or None, headers=as_admin(lab))


def go(lab, phase, percent=0):
    """Set a phase a minute later, and let the scheduler run."""
    lab.clock.advance(minutes=1)
    ask(lab, "phase", phase=phase, percent=percent).expect("2xx")
    cron(lab)


def roll_back(lab):
    ask(lab, "rollback").expect("2xx")


def status(lab, *names):
    """The value of each of these keys of the status."""
    found = lab.app.get("/migration/status", headers=as_admin(lab)).expect("2xx").json
    for name in names:
        lab.require(
            isinstance(found, dict) and name in found,
            en=f"a key “{name}” in the answer to GET /migration/status",
            fr=f"une clé « {name} » dans la réponse à GET /migration/status",
            got=found,
        )
    return [found[name] for name in names]


def expect_status(lab, **wanted):
    """Fail unless the status says this."""
    found = dict(zip(wanted, status(lab, *wanted), strict=True))
    lab.require(
        found == wanted,
        en=f"GET /migration/status says {shown(wanted)}",
        fr=f"GET /migration/status indique {shown(wanted)}",
        got=shown(found),
    )


def backfill(lab):
    """Begin a backfill, and let the scheduler run until it is done."""
    ask(lab, "backfill").expect("2xx")
    finish_backfill(lab)


def finish_backfill(lab):
    for _run in range(MOST_RUNS):
        cron(lab)
        if status(lab, "backfill") == ["done"]:
            return
    expect_status(lab, backfill="done")


def compare(lab):
    """Begin a comparison, and let the scheduler run until its result is there."""
    lab.clock.advance(minutes=1)
    before = status(lab, "compared_at")
    ask(lab, "compare").expect("2xx")
    finish_comparison(lab, before)


def finish_comparison(lab, before):
    """Let the scheduler run until there is another result than the one `before`."""
    for _run in range(MOST_RUNS):
        cron(lab)
        if status(lab, "compared_at") != before:
            return
    lab.require(
        False,
        en=f"a comparison that ends within {MOST_RUNS} runs of the scheduler",
        fr=f"une comparaison qui se termine en {MOST_RUNS} passages du planificateur",
        got=f"compared_at = {before[0]!r}",
    )


def shadow(lab):
    """Go to shadow and backfill: everybody is there, and no delivery is applied."""
    go(lab, "shadow")
    backfill(lab)


def partial(lab, percent):
    shadow(lab)
    go(lab, "partial", percent)


def full(lab):
    partial(lab, 10)
    go(lab, "full")


# The pages of Clerk's list


def pages_read(lab):
    """How often the list was asked for."""
    return len(lab.clerk_api.calls(method="GET", path=LIST))


def stand_at_page(lab, number, point="request"):
    """Let the scheduler run until page `number` is asked for; the hold, and what waits there.

    At "answer" the page has been read, and the app does not have it yet.
    """
    hold, run = lab.clerk_api.hold(point), lab.cron.later()
    for page in range(1, number + 1):
        for _run in range(MOST_RUNS):
            if hold.wait(1, timeout=0.02):
                break
            if lab.wait([run], timeout=0.02).done:
                # One page a run is enough.
                run.result().expect("2xx")
                run = lab.cron.later()
        lab.require(
            hold.wait(1, timeout=1),
            en=f"page {page} of Clerk's list asked for by the scheduler's runs",
            fr=f"la page {page} de la liste de Clerk demandée par les passages du planificateur",
            got=pick({"en": "it was not", "fr": "elle ne l’a pas été"}),
        )
        if page < number:
            before, hold = hold, lab.clerk_api.hold(point)
            before.release()
    return hold, run


# The truth


def truth(user):
    """What a row has to say of a user as Clerk shows them."""
    return {
        "email": primary_address(user),
        "first_name": user["first_name"],
        "last_name": user["last_name"],
    }


def row_of(lab, user_id):
    """The one row of a user, or None; the tombstone of a deleted user is no row."""
    found = lab.db.rows("user", clerk_id=user_id)
    if len(found) > 1:
        lab.db.expect("user", 1, clerk_id=user_id)
    if not found or is_tombstone(found[0]):
        return None
    return found[0]


def is_tombstone(row):
    return row.get("deleted_at") is not None and not any(
        row.get(column) for column in ("email", "first_name", "last_name")
    )


def says(lab, who):
    """Fail unless the row says of a user what the event `who` says."""
    lab.db.expect_row("user", {"clerk_id": who.user_id}, **truth(who.user))


def up_to_date(lab, *everybody):
    """Fail unless each row says what Clerk says now; without names, everybody whom Clerk knows."""
    for who in everybody or lab.clerk.users:
        user = lab.clerk.user(who)
        lab.db.expect_row("user", {"clerk_id": user["id"]}, **truth(user))


def gone(lab, *everybody):
    """Fail unless nothing is left of these users but, perhaps, a tombstone."""
    for who in everybody:
        found = lab.db.rows("user", clerk_id=who.user_id)
        lab.require(
            row_of(lab, who.user_id) is None,
            en=f"no row of {who.user_id} in “user”, or an empty one with deleted_at",
            fr=f"aucune ligne de {who.user_id} dans « user », ou une ligne vide avec deleted_at",
            got=shown(found[0]) if found else "",
        )


def waits(lab, *events):
    """Fail unless each delivery is kept once and waits."""
    for event in events:
        lab.db.expect_row("inbox", {"svix_id": event.message_id}, status="waiting")


def greets(lab, answer, who):
    """Fail unless /welcome answers with what Clerk says of `who` now."""
    wanted = truth(lab.clerk.user(who))
    body = answer.expect("200").json
    found = {name: body.get(name) for name in wanted} if isinstance(body, dict) else body
    lab.require(
        found == wanted,
        en=f"/welcome answers with {shown(wanted)}",
        fr=f"/welcome répond avec {shown(wanted)}",
        got=str(answer),
    )


def shown(values):
    return ", ".join(f"{name} = {value!r}" for name, value in values.items())
