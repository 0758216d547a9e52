"""What the mailing list, support and analytics learn of users, one claim a test."""

import json
from datetime import timedelta

from .helpers import (
    ASKED_FOR,
    arrive,
    expect_contact,
    expect_members,
    expect_no_contact,
    expect_tracked,
    members,
    owed,
    reader,
    retry,
)

# The mailing list


def merge_fields(lab, address):
    """The first and last name that the list knows."""
    member = lab.newsletter.members[address.lower()]
    return {name: member.merge_fields.get(name) for name in ("FNAME", "LNAME")}


def test_consent_makes_a_pending_member(lab):
    user = reader(
        lab, first_name="Zoë", last_name="Diop", emails=("first@example.org", "own@example.org")
    )
    arrive(lab, user)
    expect_members(lab, pending="own@example.org")
    found = merge_fields(lab, "own@example.org")
    lab.require(
        found == {"FNAME": "Zoë", "LNAME": "Diop"},
        en="a member with the merge fields FNAME = Zoë and LNAME = Diop",
        fr="un membre avec les champs FNAME = Zoë et LNAME = Diop",
        got=repr(found),
    )
    owed(lab, user, "newsletter", status="done")


def test_nobody_is_added_without_consent(lab):
    for metadata in (
        {},
        {"unsafe_metadata": {"newsletter": False}},
        {"unsafe_metadata": {"newsletter": "false"}},
        {"unsafe_metadata": {"newsletter": "true"}},
        {"unsafe_metadata": {"newsletter": 1}},
        {"unsafe_metadata": {"newsletter": None}},
        {"public_metadata": ASKED_FOR},
        {"unsafe_metadata": ASKED_FOR, "via": "phone"},
    ):
        lab.deliver(lab.clerk.user_created(**metadata)).expect("2xx")
    asks = reader(lab)
    arrive(lab, asks)
    expect_members(lab, pending=asks.email)


def test_an_update_leaves_the_status_alone(lab):
    for status in ("subscribed", "pending", "unsubscribed"):
        user = reader(lab, last_name="Diop")
        arrive(lab, user)
        address = user.email.lower()
        lab.require(
            members(lab).get(address) == "pending",
            en=f"{address} on the list, pending",
            fr=f"{address} sur la liste, avec le statut pending",
            got=repr(members(lab)),
        )
        # What the person does with Mailchimp's own links.
        lab.newsletter.members.change(address, status=status)
        arrive(lab, lab.clerk.user_updated(user, last_name="Ba"))
        found = members(lab).get(address), merge_fields(lab, address)["LNAME"]
        lab.require(
            found == (status, "Ba"),
            en=f"a member who is still {status}, with the new last name, Ba",
            fr=f"un membre qui a toujours le statut {status}, avec le nouveau nom, Ba",
            got=repr(found),
        )
    # Whoever has left for good does not come back by moving.
    moved = lab.clerk.user_updated(user, email="new@example.org")
    for event in (moved, lab.clerk.user_updated(moved, last_name="Sow")):
        arrive(lab, event)
    found = members(lab).get("new@example.org")
    lab.require(
        found not in ("pending", "subscribed"),
        en="new@example.org unsubscribed: so was the address before it",
        fr="new@example.org désinscrite : l’adresse d’avant l’était",
        got=repr(found),
    )


def test_capitals_in_an_address_make_no_second_member(lab):
    user = reader(lab, email="Ada.LOVELACE@Example.org", last_name="Byron")
    arrive(lab, user)
    arrive(lab, lab.clerk.user_updated(user, last_name="King"))
    expect_members(lab, pending="ada.lovelace@example.org")
    found = merge_fields(lab, "ada.lovelace@example.org")["LNAME"]
    lab.require(
        found == "King",
        en="the member’s new last name, King: the path of an address has its lower-case MD5",
        fr="le nouveau nom du membre, King : le chemin d’une adresse a le MD5 de ses minuscules",
        got=repr(found),
    )


def test_a_lost_answer_leaves_one_member(lab):
    user = reader(lab)
    lab.newsletter.fail(lost_answer=True, times=1)
    arrive(lab, user)
    retry(lab)
    expect_members(lab, pending=user.email)
    owed(lab, user, "newsletter", status="done")


def test_withdrawn_consent_unsubscribes(lab):
    for metadata in ({"newsletter": False}, {}):
        user = reader(lab)
        arrive(lab, user)
        before = members(lab).get(user.email.lower())
        arrive(lab, lab.clerk.user_updated(user, unsafe_metadata=metadata))
        after = members(lab).get(user.email.lower())
        lab.require(
            before == "pending" and after not in ("pending", "subscribed"),
            en="a member who was pending, and is unsubscribed after unsafe_metadata became "
            f"{metadata}",
            fr="un membre d’abord pending, et désinscrit une fois que unsafe_metadata vaut "
            f"{metadata}",
            got=f"{before} → {after}",
        )


def test_the_list_follows_the_address_and_the_deletion(lab):
    user, stranger = reader(lab, email="old@example.org"), lab.clerk.user_created()
    arrive(lab, user)
    arrive(lab, stranger)
    arrive(lab, lab.clerk.user_updated(user, email="new@example.org"))
    expect_members(lab, pending="new@example.org")
    for event in (user, stranger):
        arrive(lab, lab.clerk.user_deleted(event))
        expect_members(lab)
        owed(lab, event, "newsletter", status="done")
    # A colleague has taken this one off the list by hand.
    gone = reader(lab, email="gone@example.org")
    arrive(lab, gone)
    lab.newsletter.members.drop("gone@example.org")
    arrive(lab, lab.clerk.user_updated(gone, email="back@example.org"))
    expect_members(lab, pending="back@example.org")
    # This one is on the list, and the app has never heard so.
    lost = reader(lab, email="lost@example.org")
    lab.newsletter.fail(lost_answer=True, times=1)
    arrive(lab, lost)
    lab.newsletter.fail(status=500, times=1)
    arrive(lab, lab.clerk.user_deleted(lost))
    retry(lab)
    expect_members(lab, pending="back@example.org")
    owed(lab, lost, "newsletter", status="done")


# Support


def test_a_signup_makes_a_contact(lab):
    user = lab.clerk.user_created(
        first_name="Zoë", last_name="Diop", emails=("first@example.org", "own@example.org")
    )
    unnamed = lab.clerk.user_created(via="phone", first_name=None, last_name=None)
    arrive(lab, user)
    arrive(lab, unnamed)
    expect_contact(lab, user, email="own@example.org", name="Zoë Diop")
    nobody = expect_contact(lab, unnamed)
    lab.require(
        not nobody.email and (nobody.fields.get("name") or "") in ("", unnamed.user_id),
        en="a contact without an address and without a name",
        fr="un contact sans adresse et sans nom",
        got=repr(dict(nobody.fields)),
    )


def test_a_contact_that_exists_is_updated(lab):
    lab.support.search_lag = timedelta(hours=1)
    user = lab.clerk.user_created(first_name="Zoë", last_name="Diop")
    lab.support.add_contact(external_id=user.user_id, email="old@example.org", name="Old")
    arrive(lab, user)
    expect_contact(lab, user, email=user.email, name="Zoë Diop")
    owed(lab, user, "support", status="done")


def test_an_archived_contact_comes_back(lab):
    user = lab.clerk.user_created(first_name="Zoë", last_name="Diop")
    old = lab.support.add_contact(external_id=user.user_id, email="old@example.org", name="Old")
    lab.support.contacts.change(old.id, archived_at=lab.clock.now())
    arrive(lab, user)
    expect_contact(lab, user, email=user.email, name="Zoë Diop")
    owed(lab, user, "support", status="done")


def test_a_lost_answer_leaves_one_contact(lab):
    lab.support.search_lag = timedelta(hours=1)
    user = lab.clerk.user_created()
    lab.support.fail(lost_answer=True, times=1)
    arrive(lab, user)
    retry(lab)
    expect_contact(lab, user, email=user.email)
    owed(lab, user, "support", status="done")


def test_the_contact_follows_the_user(lab):
    user = lab.clerk.user_created(first_name="Zoë", last_name="Diop")
    with lab.support.hold("answer") as hold:
        lab.deliver.later(user).result().expect("2xx")
        if not hold.wait(1, timeout=0.1):
            lab.cron.later()
        hold.wait(1, timeout=4.0)
        # While support takes the contact down, its name changes.
        meanwhile = lab.clerk.user_updated(user, last_name="Fall")
        lab.wait([lab.deliver.later(meanwhile)], timeout=2.5)
    arrive(lab, meanwhile, note="Svix")
    retry(lab)
    expect_contact(lab, user, name="Zoë Fall")
    older = lab.clerk.user_updated(user, last_name="Ba")
    newer = lab.clerk.user_updated(user, last_name="Sow", email="new@example.org")
    arrive(lab, newer)
    expect_contact(lab, user, name="Zoë Sow", email="new@example.org")
    for late in (older, user):
        arrive(lab, late, note="late")
        expect_contact(lab, user, name="Zoë Sow", email="new@example.org")


def test_a_deleted_user_is_no_contact(lab):
    user, unknown = lab.clerk.user_created(), lab.clerk.user_created()
    for each in (user, unknown):
        arrive(lab, each)
        contact = expect_contact(lab, each)
    # A colleague has removed the second one by hand.
    lab.support.contacts.change(contact.id, deleted_at=lab.clock.now())
    late = lab.clerk.user_updated(user, last_name="Late")
    for each in (user, unknown):
        arrive(lab, lab.clerk.user_deleted(each))
        expect_no_contact(lab, each)
        owed(lab, each, "support", status="done")
    # Of this one, the app does not know the contact's id.
    lost = lab.clerk.user_created()
    lab.support.fail(lost_answer=True, times=1)
    arrive(lab, lost)
    arrive(lab, lab.clerk.user_deleted(lost))
    expect_no_contact(lab, lost)
    # For a week, Intercom itself refuses to make a deleted contact again.
    lab.clock.advance(days=8)
    arrive(lab, late, note="late")
    expect_no_contact(lab, user)


# Analytics


def test_a_signup_is_tracked_at_its_own_time(lab):
    user = lab.clerk.user_created(at=lab.clock.now() - timedelta(hours=30))
    arrive(lab, user, note="late")
    for event in (user, user.again(), lab.clerk.user_updated(user, last_name="Ba")):
        arrive(lab, event)
    found = expect_tracked(lab, user).timestamp
    happened = user.data["created_at"] / 1000
    lab.require(
        abs(found.timestamp() - happened) < 1,
        en=f"an event with the time of the sign-up, {user.occurred_at:%Y-%m-%d %H:%M:%S}",
        fr=f"un événement à l’heure de l’inscription, {user.occurred_at:%Y-%m-%d %H:%M:%S}",
        got=f"{found:%Y-%m-%d %H:%M:%S}",
    )


def test_nothing_personal_goes_to_analytics(lab):
    user = lab.clerk.user_created(
        first_name="Canaryfirst",
        last_name="Canarylast",
        email="canary.address@example.org",
        username="canaryname",
        public_metadata={"plan": "canarypublic"},
        private_metadata={"note": "canaryprivate"},
        unsafe_metadata={"colour": "canaryunsafe"},
    )
    arrive(lab, user)
    expect_tracked(lab, user)
    ip = user.payload["event_attributes"]["http_request"]["client_ip"]
    sent = [*lab.analytics.events, *lab.analytics.dropped]
    said = json.dumps([event.message for event in sent], ensure_ascii=False)
    for word in ("canary", ip):
        lab.require(
            word not in said.lower(),
            en="events without name, address, metadata or IP address",
            fr="des événements sans nom, ni adresse, ni métadonnées, ni adresse IP",
            got=said,
        )


def test_a_repeated_event_counts_once(lab):
    user = lab.clerk.user_created()
    lab.analytics.fail(lost_answer=True, times=1)
    arrive(lab, user)
    retry(lab)
    found = expect_tracked(lab, user)
    lab.require(
        found.message_id.startswith("hooklab-") and len(found.message_id) <= 100,
        en="a messageId of at most 100 characters that begins with hooklab-",
        fr="un messageId de 100 caractères au plus, qui commence par hooklab-",
        got=found.message_id,
    )
    owed(lab, user, "analytics", status="done")
