"""What a message must be like so that its receiver can trust it, one claim a test."""

import json
from contextlib import ExitStack

from hooklab.sender import new_secret, sign

from .helpers import (
    APPS,
    BASE,
    DELETED,
    DUE,
    attempts,
    change,
    deliveries,
    expect_told,
    fail_all,
    later,
    left_out,
    recover_all,
    shown,
)

KEYS = {"id", "type", "version", "data"}
PERSON = {"id", "email", "first_name", "last_name"}


def messages_about(lab, name, *events):
    """The one delivery about each event, in their order; anything else fails the check.

    There are none when the application is `left_out`.
    """
    taken = deliveries(lab, name, events[0])
    if len(taken) != len(events) and name in left_out(lab):
        return []
    lab.require(
        len(taken) == len(events),
        en=f"{APPS[name]['en']} takes {', '.join(event.type for event in events)}",
        fr=f"{APPS[name]['fr']} reçoit {', '.join(event.type for event in events)}",
        got=attempts(lab, name, events[0]),
    )
    return taken


def body_of(event):
    """The envelope of `event`, without its id."""
    if event.type == DELETED:
        return {"type": event.type, "version": None, "data": {"id": event.user_id}}
    person = {name: event.data[name] for name in ("id", "first_name", "last_name")}
    return {
        "type": event.type,
        "version": event.updated_at_ms,
        "data": {**person, "email": event.email},
    }


def test_each_message_is_signed_with_its_receivers_secret(lab):
    fail_all(lab)
    change(lab, lab.clerk.user_created(first_name=f"{lab.draw.word()}ë ☕"))
    recover_all(lab)
    # A signature tells the time of its attempt, not of the first one.
    later(lab, 7200)
    for name in APPS:
        getattr(lab, name).expect_signed()


def test_the_envelope_says_what_changed(lab):
    signup = lab.clerk.user_created(emails=(lab.draw.address(), lab.draw.address()))
    nobody = lab.clerk.user_created(via="phone", first_name=None)
    change(lab, signup, nobody)
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word(), email=lab.draw.address())
    change(lab, update)
    deletion = lab.clerk.user_deleted(signup)
    change(lab, deletion)
    for name in APPS:
        taken = messages_about(lab, name, signup, update, deletion)
        taken = taken and taken + messages_about(lab, name, nobody)
        for message, event in zip(taken, (signup, update, deletion, nobody), strict=bool(taken)):
            wanted = {"id": message.message_id, **body_of(event)}
            lab.require(
                message.message_id
                and _part(message.json, wanted) == wanted
                and message.headers.get("content-type", "").startswith("application/json"),
                en=f"a JSON body with the id of the header webhook-id: {json.dumps(wanted)}",
                fr=f"un corps JSON avec l’id de l’en-tête webhook-id : {json.dumps(wanted)}",
                got=f"{message.headers.get('content-type')} {message.body.decode()}",
            )


def _part(found, wanted):
    """What `found` has of the keys of `wanted`, at both levels."""
    data = found.get("data")
    inner = {key: data.get(key) for key in wanted["data"]} if isinstance(data, dict) else data
    return {**{key: found.get(key) for key in wanted}, "data": inner}


def test_nothing_else_leaves_the_house(lab):
    canary = lab.draw.word().lower()
    canaries = {
        "public_metadata": {"note": f"{canary}-public"},
        "private_metadata": {"note": f"{canary}-private"},
        "unsafe_metadata": {"note": f"{canary}-unsafe"},
        "external_id": f"{canary}-external",
        "emails": (f"{canary}.other@example.org", lab.draw.address()),
    }
    signup = lab.clerk.user_created(**canaries)
    by_phone = lab.clerk.user_created(via="phone", external_id=f"{canary}-phone")
    deletion = lab.clerk.user_deleted(signup)
    change(lab, signup, by_phone)
    change(lab, deletion)
    for name in APPS:
        taken = messages_about(lab, name, signup, deletion)
        taken = taken and taken + messages_about(lab, name, by_phone)
        for message, person in zip(taken, (PERSON, {"id"}, PERSON), strict=bool(taken)):
            data = message.json.get("data")
            lab.require(
                set(message.json) == KEYS
                and isinstance(data, dict)
                and set(data) == person
                and canary.encode() not in message.body,
                en=f"the keys {_names(KEYS)}, and in data {_names(person)}, and no more",
                fr=f"les clés {_names(KEYS)}, et dans data {_names(person)}, rien de plus",
                got=message.body.decode(),
            )


def _names(keys):
    return ", ".join(sorted(keys))


def test_every_attempt_has_the_same_id_and_body(lab):
    signup = lab.clerk.user_created()
    lab.mobile.fail(lost_answer=True, times=1)
    change(lab, signup)
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    change(lab, update)
    later(lab, DUE * BASE)
    first, *others = messages_about(lab, "mobile", signup, signup, update)
    again = [each for each in others if each.message_id == first.message_id]
    lab.require(
        first.message_id and [each.json for each in again] == [first.json],
        en="after a lost answer one more attempt, with the webhook-id and the body of the first; "
        "another change has another webhook-id",
        fr="après une réponse perdue, une autre tentative, avec le webhook-id et le corps de la "
        "première ; un autre changement a un autre webhook-id",
        got=shown([first, *others]),
    )
    expect_told(lab, signup, signup, update, only=["admin", "billing"])


def test_while_a_secret_changes_both_sign(lab):
    old, new = lab.settings["MOBILE_APP_SECRET"], new_secret(lab.random)
    lab.app.restart(MOBILE_APP_SECRET=f"{new} {old}")
    signup = lab.clerk.user_created()
    change(lab, signup)
    (message,) = messages_about(lab, "mobile", signup)
    for name in APPS:
        getattr(lab, name).expect_signed()
    wanted = sign(new, message.message_id, message.received_at, message.body.decode())
    lab.require(
        wanted in message.headers["webhook-signature"].split(" "),
        en="a signature with each of the two secrets of MOBILE_APP_SECRET",
        fr="une signature avec chacun des deux secrets de MOBILE_APP_SECRET",
        got=message.headers["webhook-signature"],
    )


def test_nothing_personal_and_no_secret_is_printed(lab):
    names = {"first_name": lab.draw.word(), "last_name": lab.draw.word()}
    signup, unlucky = (lab.clerk.user_created(email=lab.draw.address(), **names) for _ in range(2))
    with lab.database.unavailable():
        lab.deliver(signup)
    # It also goes away in the middle: the error of a statement quotes its values.
    for writes in range(3):
        with ExitStack() as outage:
            with lab.database.hold_writes(after=writes) as held:
                request = lab.deliver.later(unlucky)
                held(request)
                outage.enter_context(lab.database.unavailable())
            request.result()
    lab.mobile.fail(status=422, times=1)
    lab.admin.fail(drop=True, times=1)
    change(lab, signup)
    later(lab, DUE * BASE)
    expect_told(lab, signup, signup)
    for address in (signup.email, unlucky.email):
        lab.logs.expect_absent(address, {"en": "The e-mail address", "fr": "L’adresse e-mail"})
    for name in names.values():
        lab.logs.expect_absent(name, {"en": "The name", "fr": "Le nom"})
    for name in APPS:
        key = lab.settings[f"{name.upper()}_APP_SECRET"].removeprefix("whsec_")
        lab.logs.expect_absent(key, {"en": "The secret", "fr": "Le secret"})
