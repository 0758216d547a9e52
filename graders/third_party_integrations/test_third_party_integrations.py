"""What the mailing list, support and analytics learn of users, one claim a test."""

import json
from datetime import timedelta

from .helpers import (
    ASKED_FOR,
    NEW,
    alone,
    arrive,
    belated,
    expect_contact,
    expect_members,
    expect_no_contact,
    expect_tracked,
    members,
    owed,
    reader,
    retry,
    run,
)

# The mailing list


def merge_fields(lab, address):
    """The first and last name that the list knows; of nobody it knows none."""
    member = lab.newsletter.members.get(address.lower())
    return {name: member and member.merge_fields.get(name) for name in ("FNAME", "LNAME")}


def test_consent_makes_a_pending_member(lab):
    first, last = f"{lab.draw.word()}ë", lab.draw.word()
    addresses = (lab.draw.address(), lab.draw.address())
    user = reader(lab, first_name=first, last_name=last, emails=addresses)
    arrive(lab, user)
    expect_members(lab, exact=True, pending=user.email)
    found = merge_fields(lab, user.email)
    lab.require(
        found == {"FNAME": first, "LNAME": last},
        en=f"a member with the merge fields FNAME = {first} and LNAME = {last}",
        fr=f"un membre avec les champs FNAME = {first} et LNAME = {last}",
        got=repr(found),
    )
    owed(lab, user, "newsletter", status="done")
    # Several who come in one minute.
    others = [reader(lab) for _ in range(2)]
    for other in others:
        lab.deliver(other).expect("2xx")
    run(lab)
    for other in others:
        owed(lab, other, "newsletter", status="done")


def test_nobody_is_added_without_consent(lab):
    cases = (
        {},
        {"unsafe_metadata": {"newsletter": False}},
        {"unsafe_metadata": {"newsletter": "false"}},
        {"unsafe_metadata": {"newsletter": "true"}},
        {"unsafe_metadata": {"newsletter": 1}},
        {"unsafe_metadata": {"newsletter": None}},
        {"public_metadata": ASKED_FOR},
        {"unsafe_metadata": ASKED_FOR, "via": "phone"},
    )
    for metadata in lab.draw.order(cases):
        lab.deliver(lab.clerk.user_created(**metadata)).expect("2xx")
    asks = reader(lab)
    arrive(lab, asks)
    expect_members(lab, pending=asks.email)


def test_an_update_leaves_the_status_alone(lab):
    for status in ("subscribed", "pending", "unsubscribed"):
        user, name = reader(lab), lab.draw.word()
        arrive(lab, user)
        address = user.email.lower()
        lab.require(
            members(lab).get(address) in NEW,
            en=f"{address} on the list",
            fr=f"{address} sur la liste",
            got=repr(members(lab)),
        )
        # What the person does with Mailchimp's own links.
        lab.newsletter.members.change(address, status=status)
        arrive(lab, lab.clerk.user_updated(user, last_name=name))
        found = members(lab).get(address), merge_fields(lab, address)["LNAME"]
        lab.require(
            found == (status, name),
            en=f"a member who is still {status}, with the new last name, {name}",
            fr=f"un membre qui a toujours le statut {status}, avec le nouveau nom, {name}",
            got=repr(found),
        )
    # Whoever has left for good does not come back by moving.
    moved = lab.clerk.user_updated(user, email=lab.draw.address())
    for event in (moved, lab.clerk.user_updated(moved, last_name=lab.draw.word())):
        arrive(lab, event)
    found = members(lab).get(moved.email)
    lab.require(
        found not in NEW,
        en=f"{moved.email} unsubscribed: so was the address before it",
        fr=f"{moved.email} désinscrite : l’adresse d’avant l’était",
        got=repr(found),
    )


def test_capitals_in_an_address_make_no_second_member(lab):
    name = lab.draw.word()
    user = reader(lab, email=lab.draw.address().title())
    arrive(lab, user)
    arrive(lab, lab.clerk.user_updated(user, last_name=name))
    expect_members(lab, pending=user.email)
    found = merge_fields(lab, user.email)["LNAME"]
    lab.require(
        found == name,
        en=f"the member’s new last name, {name}: the path of an address has its lower-case MD5",
        fr=f"le nouveau nom du membre, {name} : le chemin d’une adresse a le MD5 de ses minuscules",
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
    for metadata in lab.draw.order(({"newsletter": False}, {})):
        user = reader(lab)
        arrive(lab, user)
        before = members(lab).get(user.email.lower())
        withdrawal = {"unsafe_metadata": metadata}
        if metadata:
            # With a new address of which the list has not heard yet.
            lab.newsletter.fail(refuse=True)
            arrive(lab, lab.clerk.user_updated(user, email=lab.draw.address()))
            lab.newsletter.recover()
        arrive(lab, lab.clerk.user_updated(user, **withdrawal))
        retry(lab)
        after = members(lab).get(user.email.lower())
        lab.require(
            before in NEW and after not in NEW,
            en="a member who was on the list, and is unsubscribed after unsafe_metadata became "
            f"{metadata}",
            fr="un membre d’abord sur la liste, et désinscrit une fois que unsafe_metadata vaut "
            f"{metadata}",
            got=f"{before} → {after}",
        )
    # A colleague has taken this one off the list by hand: there is nobody to unsubscribe.
    gone = reader(lab)
    arrive(lab, gone)
    lab.newsletter.members.drop(gone.email)
    arrive(lab, lab.clerk.user_updated(gone, unsafe_metadata={}))
    owed(lab, gone, "newsletter", status="done")


def test_the_list_follows_the_address_and_the_deletion(lab):
    user, stranger = reader(lab), lab.clerk.user_created()
    arrive(lab, user)
    arrive(lab, stranger)
    moved = alone(lab.clerk.user_updated(user, email=lab.draw.address()))
    arrive(lab, moved)
    expect_members(lab, pending=moved.email)
    for event in (user, stranger):
        arrive(lab, lab.clerk.user_deleted(event))
        expect_members(lab)
        owed(lab, event, "newsletter", status="done")
    # A colleague has taken this one off the list by hand.
    gone = reader(lab)
    arrive(lab, gone)
    lab.newsletter.members.drop(gone.email)
    back = alone(lab.clerk.user_updated(gone, email=lab.draw.address()))
    arrive(lab, back)
    expect_members(lab, pending=back.email)
    # The first is on the list, and the app has never heard so. The second leaves as well.
    lost, other = reader(lab), reader(lab)
    arrive(lab, other)
    lab.newsletter.fail(lost_answer=True, times=1)
    arrive(lab, lost)
    lab.newsletter.fail(status=500, times=1)
    for event in (lost, other):
        lab.clock.advance(seconds=1)
        lab.deliver(lab.clerk.user_deleted(event)).expect("2xx")
        lab.app.settle()
    run(lab)
    retry(lab)
    expect_members(lab, pending=back.email)
    owed(lab, lost, "newsletter", status="done")
    # This one moves and leaves while the list is away.
    left = reader(lab)
    arrive(lab, left)
    lab.newsletter.fail(refuse=True)
    for event in (
        lab.clerk.user_updated(left, email=lab.draw.address()),
        lab.clerk.user_deleted(left),
    ):
        arrive(lab, event)
    lab.newsletter.recover()
    retry(lab)
    expect_members(lab, pending=back.email)


# Support


def test_a_signup_makes_a_contact(lab):
    user = lab.clerk.user_created(
        first_name=f"{lab.draw.word()}ë", emails=(lab.draw.address(), lab.draw.address())
    )
    unnamed = lab.clerk.user_created(via="phone", first_name=None, last_name=None)
    arrive(lab, user)
    arrive(lab, unnamed)
    expect_contact(lab, user, email=user.email, name=user.name)
    nobody = expect_contact(lab, unnamed)
    lab.require(
        nobody.email is None and nobody.fields.get("name") in (None, unnamed.user_id),
        en="a contact without an address and without a name, neither of them empty",
        fr="un contact sans adresse et sans nom, ni l’un ni l’autre vide",
        got=repr(dict(nobody.fields)),
    )


def test_a_contact_that_exists_is_updated(lab):
    lab.support.search_lag = timedelta(hours=1)
    user = lab.clerk.user_created()
    lab.support.add_contact(
        external_id=user.user_id, email=lab.draw.address(), name=lab.draw.word()
    )
    arrive(lab, user)
    expect_contact(lab, user, email=user.email, name=user.name)
    owed(lab, user, "support", status="done")


def test_an_archived_contact_comes_back(lab):
    user = lab.clerk.user_created()
    old = lab.support.add_contact(
        external_id=user.user_id, email=lab.draw.address(), name=lab.draw.word()
    )
    lab.support.contacts.change(old.id, archived_at=lab.clock.now())
    arrive(lab, user)
    expect_contact(lab, user, email=user.email, name=user.name)
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
    user = lab.clerk.user_created()
    with lab.support.hold("answer") as hold:
        lab.deliver.later(user).result().expect("2xx")
        if not hold.wait(1, timeout=0.1):
            lab.cron.later()
        hold.wait(1, timeout=4.0)
        # While support takes the contact down, its name changes.
        meanwhile = lab.clerk.user_updated(user, last_name=lab.draw.word())
        lab.wait([lab.deliver.later(meanwhile)], timeout=2.5)
    arrive(lab, meanwhile, note="Svix")
    retry(lab)
    expect_contact(lab, user, name=meanwhile.name)
    older = lab.clerk.user_updated(user, last_name=lab.draw.word())
    newer = lab.clerk.user_updated(user, last_name=lab.draw.word(), email=lab.draw.address())
    newer = alone(newer)
    arrive(lab, newer)
    expect_contact(lab, user, name=newer.name, email=newer.email)
    for late in (older, user):
        arrive(lab, late, note=belated())
        expect_contact(lab, user, name=newer.name, email=newer.email)
    # Of this one, an update is the first that comes.
    unknown = lab.clerk.user_updated(lab.clerk.user_created(), last_name=lab.draw.word())
    arrive(lab, unknown)
    expect_contact(lab, unknown, name=unknown.name, email=unknown.email)


def test_a_deleted_user_is_no_contact(lab):
    user, unknown = lab.clerk.user_created(), lab.clerk.user_created()
    for each in (user, unknown):
        arrive(lab, each)
        contact = expect_contact(lab, each)
    # A colleague has removed the second one by hand.
    lab.support.contacts.change(contact.id, deleted_at=lab.clock.now())
    late = lab.clerk.user_updated(user, last_name=lab.draw.word())
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
    arrive(lab, late, note=belated())
    expect_no_contact(lab, user)


# Analytics


def test_a_signup_is_tracked_at_its_own_time(lab):
    user = lab.clerk.user_created(at=lab.clock.now() - timedelta(hours=30))
    arrive(lab, user, note=belated())
    for event in (user, user.again(), lab.clerk.user_updated(user, last_name=lab.draw.word())):
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
    canary = lab.draw.word().lower()
    user = lab.clerk.user_created(
        first_name=f"{canary}first",
        last_name=f"{canary}last",
        email=f"{canary}.address@example.org",
        username=f"{canary}name",
        public_metadata={"plan": f"{canary}public"},
        private_metadata={"note": f"{canary}private"},
        unsafe_metadata={"colour": f"{canary}unsafe", **ASKED_FOR},
    )
    # The same but for what must not matter.
    silent = lab.clerk.user_created(at=user.occurred_at)
    said = []
    for each in (user, silent):
        arrive(lab, each)
        properties = json.dumps(dict(expect_tracked(lab, each).properties), sort_keys=True)
        said.append(properties.replace(each.user_id, "…"))
    lab.require(
        said[0] == said[1],
        en="the same properties for everyone: they tell nothing about a person",
        fr="les mêmes propriétés pour tout le monde : elles ne disent rien de personne",
        got="\n".join(said),
    )
    ip = user.payload["event_attributes"]["http_request"]["client_ip"]
    sent = [*lab.analytics.events, *lab.analytics.dropped]
    said = json.dumps([event.message for event in sent], ensure_ascii=False)
    for word in (canary, ip):
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
