"""Who joins, what they leave behind, and how to look for it; for all files of checks."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hooklab.grading.defaults import defaults
from hooklab.sender import ClerkEvent
from hooklab.texts import pick
from hooklab.world.mailchimp_member import subscriber_hash

DEFAULTS = defaults(__file__)
BASE = DEFAULTS["erasure_retry_base_seconds"]
LEASE = DEFAULTS["erasure_lease_seconds"]

# A delay may be a fifth shorter or longer than announced: too early is before, due is after.
TOO_EARLY, DUE = 0.75, 1.25

NOBODY = {"author_id": None, "author_name": "[deleted user]", "author_email": None}


@dataclass(frozen=True)
class Member:
    """Somebody whose sign-up was delivered."""

    signup: ClerkEvent
    customer: Any = None
    mark: str = ""
    """What their posts and files contain: their own, and no personal data."""

    @property
    def clerk_id(self) -> str:
        return self.signup.user_id

    @property
    def email(self) -> str:
        return self.signup.email


def join(lab, *, customer=True, listed=True, email=None, **facts):
    """Somebody new, with a customer at Stripe and a place on the mailing list."""
    email = email or lab.draw.address()
    bought = lab.stripe.add_customer(email=email) if customer else None
    if listed:
        lab.newsletter.add_member(email)
    metadata = {"stripe_customer_id": bought.id} if bought else {}
    signup = lab.clerk.user_created(email=email, private_metadata=metadata, **facts)
    lab.deliver(signup).expect("2xx")
    # Otherwise a gate that lets nobody in would have little left to erase.
    found = len(lab.db.rows("user", clerk_id=signup.user_id))
    lab.require(
        found == 1,
        en=f"in the table “user”, one row for {signup.user_id}: admit() lets in whoever was not "
        "erased (TODO 1 in gate.py)",
        fr=f"dans la table « user », une ligne pour {signup.user_id} : admit() laisse entrer "
        "toute personne qui n’a pas été effacée (TODO 1 dans gate.py)",
        got=pick({"en": f"rows: {found}", "fr": f"lignes : {found}"}),
    )
    return Member(signup, bought, f"mark {lab.draw.word()}")


def active(lab, **facts):
    """Somebody new who has signed in, written a post and sent a file; both say whose they are."""
    member = join(lab, **facts)
    lab.deliver(lab.clerk.session_created(member.signup)).expect("2xx")
    send(lab, member, "/posts", text=member.mark).expect("2xx")
    send(lab, member, "/uploads", filename="a.txt", content=member.mark).expect("2xx")
    return member


def send(lab, member, path, **data):
    """POST `data` to `path` as `member`; the answer."""
    expiry = int((lab.clock.now() + timedelta(days=400)).timestamp())
    claims = f"{member.clerk_id}.{expiry}"
    key = lab.settings["SESSION_SECRET"].encode()
    signature = hmac.new(key, claims.encode(), "sha256").hexdigest()
    return lab.app.post(path, data=data, headers={"authorization": f"Bearer {claims}.{signature}"})


def erase(lab, member):
    """Deliver the deletion of `member`, and let the cron run; the event."""
    event = lab.clerk.user_deleted(member.signup)
    deliver(lab, event)
    return event


def deliver(lab, event, note=""):
    """Deliver `event`, and let the cron run."""
    lab.deliver(event, note=note).expect("2xx")
    lab.app.settle()
    cron(lab)


def cron(lab):
    """Let the app do what is due, and finish what it does after its answer."""
    lab.cron()
    lab.app.settle()


def later(lab, seconds):
    """Move the clock, and let the app do what is due."""
    lab.clock.advance(seconds=seconds)
    cron(lab)


def erasure(lab, **values):
    """Fail unless there is one erasure, with these values; the row."""
    return lab.db.expect_row("erasure", {}, **values)


def steps(lab):
    """The steps of the one erasure, by name."""
    rows = lab.db.rows("erasure_step", erasure_id=erasure(lab)["id"])
    return {row["name"]: row for row in rows}


def step(lab, name, **values):
    """Fail unless the one erasure has one step of this name, with these values; the row."""
    return lab.db.expect_row(
        "erasure_step", {"erasure_id": erasure(lab)["id"], "name": name}, **values
    )


def subject_hash(lab, member):
    """The name under which the audit knows `member`."""
    key = lab.settings["ERASURE_HASH_KEY"].encode()
    return hmac.new(key, member.clerk_id.encode(), "sha256").hexdigest()


def time_of(value):
    """A column's time, aware: as a datetime with or without a zone, as text, as a number."""
    if isinstance(value, int | float):
        value = datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def require_time(lab, value, wanted, name):
    """Fail unless a column's value is the time `wanted`, to the second."""
    try:
        near = abs(time_of(value) - wanted) <= timedelta(seconds=1)
    except (TypeError, ValueError, OverflowError, OSError):
        near = False
    lab.require(near, en=f"{name} = {wanted}", fr=f"{name} = {wanted}", got=repr(value))


def mentions(lab, texts, tables=None):
    """Where in `tables`, or in all of them, one of `texts` stands: table, column, text, value."""
    found = []
    for table in tables or lab.db.tables():
        for row in lab.db.rows(table):
            for column, value in row.items():
                shown = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                found += [
                    f"{table}.{column}: {text} ({shown[:300]})"
                    for text in texts
                    if text.lower() in shown.lower()
                ]
    return found


def require_absent(lab, texts, tables=None):
    """Fail when one of `texts` stands in `tables`, or in any table."""
    found = mentions(lab, texts, tables)
    where = ", ".join(tables or [])
    lab.require(
        not found,
        en=f"no trace of an erased user in {where or 'any table'}",
        fr="aucune trace d’une personne effacée"
        + (f" dans {where}" if where else ", quelle que soit la table"),
        got="\n".join(found[:8]),
    )


def require_no_file(lab, text):
    """Fail when a file of the app contains `text`."""
    found = lab.files.containing(text)
    lab.require(
        not found,
        en="no file of an erased user",
        fr="aucun fichier d’une personne effacée",
        got="\n".join(found),
    )


def require_deleted(lab, member, *, exact=False):
    """Fail unless Stripe has deleted the customer.

    Whether it ever does is the claim of one check, which is `exact`: elsewhere, a customer who also
    stays when nothing disturbs an erasure may stay.
    """
    found, calls = _stays(lab, member), _calls(lab.stripe, member.customer.id)
    lab.require(
        not (found if exact else unusual(lab, found, _stays)),
        en="a customer that is deleted at Stripe",
        fr="un client supprimé chez Stripe",
        got=calls,
    )


def _stays(lab, member):
    return set() if lab.stripe.customers[member.customer.id].deleted else {"stripe"}


def require_asked_once(lab, before=0):
    """Fail unless Stripe was called since the first `before` calls, and never twice for the same.

    Whether it was asked for the right thing is the claim of another check.
    """
    asked = [(each.method, each.path) for each in lab.stripe.calls()[before:]]
    lab.require(
        asked and len(set(asked)) == len(asked),
        en="Stripe asked once",
        fr="Stripe sollicité une seule fois",
        got="\n".join(f"{method} {path}" for method, path in asked) or "-",
    )


def require_forgotten(lab, *addresses):
    """Fail unless Mailchimp has erased each of `addresses` for good."""
    for address in addresses:
        member = lab.newsletter.members.get(address.lower())
        lab.require(
            subscriber_hash(address) in lab.newsletter.forgotten,
            en=f"{address} erased from the mailing list for good",
            fr=f"{address} effacée de la liste pour de bon",
            got=_calls(lab.newsletter, f"{address}: {member.status if member else '-'}"),
        )


def require_gone(lab, member):
    """Fail unless what an `active` member has left behind is erased everywhere."""
    require_no_user(lab, member)
    require_gone_at_home(lab, member)
    require_deleted(lab, member)
    require_off_the_list(lab, member.email)


def require_no_user(lab, member):
    """Fail when the member's own row is there, and goes when nothing disturbs an erasure."""
    found = unusual(lab, _user(lab, member), _user)
    lab.require(
        not found,
        en=f"no row for {member.clerk_id} in the table “user”",
        fr=f"aucune ligne pour {member.clerk_id} dans la table « user »",
        got=pick({"en": "it is there", "fr": "elle y est"}),
    )


def _user(lab, member):
    return {"user"} if lab.db.rows("user", clerk_id=member.clerk_id) else set()


def require_gone_at_home(lab, member):
    """Fail unless what an `active` member has left behind here is erased, the user's row aside."""
    found = unusual(lab, left_at_home(lab, member), left_at_home)
    lab.require(
        not found,
        en="no file, no author of a post, no sign-in and no delivery of an erased user",
        fr="ni fichier, ni auteur de publication, ni connexion, ni livraison d’une personne "
        "effacée",
        got=", ".join(sorted(found)),
    )


def left_at_home(lab, member):
    """The tables, and the word `uploads`, where something of an `active` member is."""
    posts = lab.db.rows("post", text=member.mark)
    authors = {"post"} if any(post["author_id"] for post in posts) else set()
    files = {"uploads"} if lab.files.containing(member.mark) else set()
    hits = mentions(lab, [member.clerk_id], ["session_log", "webhook_inbox"])
    return authors | files | {hit.partition(".")[0] for hit in hits}


def require_no_trace(lab, member):
    """Fail when the id or the address of a member stands in a table, other than as usual."""
    found = unusual(lab, tables_with(lab, member), tables_with)
    lab.require(
        not found,
        en="no trace of an erased user in any table",
        fr="aucune trace d’une personne effacée, quelle que soit la table",
        got="\n".join(mentions(lab, [member.clerk_id, member.email], sorted(found))[:8]),
    )


def tables_with(lab, member):
    """The tables where the id or the address of a member stands."""
    hits = mentions(lab, [member.clerk_id, member.email])
    return {hit.partition(".")[0] for hit in hits}


def unusual(lab, found, look):
    """What of `found` does not stay when nothing disturbs an erasure, as `look(lab, member)` sees.

    What always stays is the claim of another check, and costs its points alone.
    """
    if not found:
        return found
    lab.stripe.recover()
    lab.newsletter.recover()
    calm = active(lab)
    erase(lab, calm)
    return found - look(lab, calm)


def require_off_the_list(lab, address):
    """Fail when Mailchimp still writes to `address`; how it was taken off is another claim."""
    member = lab.newsletter.members.get(address.lower())
    lab.require(
        member is None or member.status != "subscribed",
        en=f"{address} off the mailing list",
        fr=f"{address} retirée de la liste de diffusion",
        got=_calls(lab.newsletter, f"{address}: {member.status if member else '-'}"),
    )


def unkeyed(text):
    """What anybody can compute from `text`, and so recognise."""
    names = ("md5", "sha1", "sha256")
    return [hashlib.new(each, text.encode(), usedforsecurity=False).hexdigest() for each in names]


def begin_calling(lab, hold, deletion):
    """Wait until the call that a delivery under way causes is at `hold`; the requests so far."""
    requests = [deletion]
    if not hold.wait(during=requests):
        deletion.result().expect("2xx")
        requests.append(lab.cron.later())
    if not hold.wait(during=requests):
        requests[-1].result().expect("2xx")
    lab.require(
        # All is answered; a background task may still be on its way.
        hold.wait(timeout=2),
        en="a call to Stripe, after the deletion or in the next cron run",
        fr="un appel à Stripe, après la suppression ou au cron suivant",
        got=pick({"en": "there was none", "fr": "il n’y en a pas eu"}),
    )
    return requests


def _calls(service, head):
    lines = [f"  {each.method} {each.path} → {each.status}" for each in service.calls()]
    return "\n".join([head, *lines])
