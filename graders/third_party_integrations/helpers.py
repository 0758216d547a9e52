"""Who signs up, and what the services are told of them; for all files of checks.

An answer may tell the services right after the commit or leave that to the cron: before a check
looks, the cron has run.
"""

from hooklab.grading.defaults import defaults
from hooklab.texts import pick

DEFAULTS = defaults(__file__)
BASE = DEFAULTS["integration_retry_base_seconds"]
LEASE = DEFAULTS["integration_lease_seconds"]

# A delay may be a fifth shorter or longer than announced: too early is before, due is after.
TOO_EARLY, DUE = 0.75, 1.25

INTEGRATIONS = ("slack", "newsletter", "support", "analytics")
ASKED_FOR = {"newsletter": True}


def reader(lab, **facts):
    """Somebody who signs up and asks for the newsletter; not delivered."""
    return lab.clerk.user_created(**{"unsafe_metadata": ASKED_FOR, **facts})


def alone(event):
    """`event` with its primary address alone: which of several counts is another check's claim."""
    primary = event.data["primary_email_address_id"]
    kept = [each for each in event.data["email_addresses"] if each["id"] == primary]
    return event.changed(email_addresses=kept)


def belated():
    """What the journal says of a delivery that others have overtaken."""
    return pick({"en": "late", "fr": "en retard"})


def arrive(lab, event, note=""):
    """Deliver `event`, and let the cron run a minute after whatever came before."""
    lab.clock.advance(minutes=1)
    lab.deliver(event, note=note).expect("2xx")
    run(lab)


def run(lab):
    """Let the app do what is due, and finish what it does after its answer."""
    lab.app.settle()
    lab.cron()
    lab.app.settle()


def retry(lab):
    """Let the delay after a first failure pass, and the cron run."""
    lab.clock.advance(seconds=DUE * BASE)
    run(lab)


def owed(lab, user, integration, **values):
    """Fail unless this is written about the user and the service."""
    where = {"clerk_id": user.user_id, "integration": integration}
    return lab.db.expect_row("integration_task", where, **values)


def all_done(lab, user):
    """Fail unless every service has been told about the user."""
    for integration in INTEGRATIONS:
        owed(lab, user, integration, status="done")


def members(lab):
    """The status of everybody on the list, by lower-case address."""
    return {email: member.status for email, member in lab.newsletter.members.items()}


NEW = ("pending", "subscribed")
"""What a new member may be, where that is not the claim."""


def expect_members(lab, *, exact=False, **wanted):
    """Fail unless the list has just these members; the keys of `wanted` are statuses.

    Whether a new member is pending, or subscribed at once, matters where it must be `exact`.
    """
    statuses = {address.lower(): status for status, address in wanted.items()}
    found = members(lab)
    new = {
        email: "pending"
        for email, status in found.items()
        if (statuses.get(email), status) == ("pending", "subscribed") and not exact
    }
    lab.require(
        {**found, **new} == statuses,
        en=f"on the list: {statuses or 'nobody'}",
        fr=f"sur la liste : {statuses or 'personne'}",
        got=repr(found),
    )


def expect_contact(lab, user, **fields):
    """Fail unless the user is exactly one contact, and that has these fields; the contact."""
    known = [
        contact
        for contact in lab.support.contacts.values()
        if contact.external_id == user.user_id and contact.shown
    ]
    lab.require(
        len(known) == 1 and known[0].role == "user",
        en=f"exactly one contact with the role user and the external_id {user.user_id}",
        fr=f"exactement un contact de rôle user, avec l’external_id {user.user_id}",
        got=_contacts(lab),
    )
    found = {name: known[0].fields.get(name) for name in fields}
    lab.require(
        found == fields,
        en=f"a contact with {fields}",
        fr=f"un contact avec {fields}",
        got=repr(found),
    )
    return known[0]


def expect_no_contact(lab, user):
    """Fail unless every contact of the user is deleted, and an archived one is not."""
    known = [
        contact
        for contact in lab.support.contacts.values()
        if contact.external_id == user.user_id and not contact.deleted
    ]
    lab.require(
        not known,
        en=f"no contact with the external_id {user.user_id}, not even an archived one",
        fr=f"aucun contact avec l’external_id {user.user_id}, même archivé",
        got=_contacts(lab),
    )


def _contacts(lab):
    return "\n".join(
        f"{contact.id}: {contact.role}, {dict(contact.fields)}"
        + (", archived" * contact.archived + ", deleted" * contact.deleted)
        for contact in lab.support.contacts.values()
    ) or repr([])


def expect_tracked(lab, user):
    """Fail unless Segment has exactly one event of the user, their sign-up; the event."""
    found = [event for event in lab.analytics.events if event.user_id == user.user_id]
    lab.require(
        [(event.type, event.event) for event in found] == [("track", "User Signed Up")],
        en=f"exactly one event of {user.user_id} at Segment: track, “User Signed Up”",
        fr=f"exactement un événement de {user.user_id} chez Segment : track, « User Signed Up »",
        got="\n".join(f"{each.type} {each.event!r} {each.message_id}" for each in found)
        or repr([]),
    )
    return found[0]


def shown(message):
    """The texts of a Slack message, for people."""
    return "\n".join(f"{kind}: {text!r}" for kind, text in message.parts)


def expect_announced(lab, user, count=1):
    """Fail unless so many Slack messages link to the user; the messages."""
    return lab.slack.expect_messages(count, containing=user.user_id)
