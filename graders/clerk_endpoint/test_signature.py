"""Who may come in, one claim a test. The titles for people are in rubric.toml."""

import base64
import json
from datetime import timedelta
from functools import partial

from hooklab.sender import headers, new_secret
from hooklab.texts import pick

from .helpers import MIB, deliver_in_chunks, expect_accepted, ignored_event, row_counts, sized


def test_a_signed_delivery_is_accepted(lab):
    expect_accepted(lab)


def test_its_bytes_are_left_as_they_are(lab):
    def spaced(event):
        text = json.dumps(event.payload, indent=1)
        return event.with_body(text)

    def reversed_keys(event):
        payload = dict(reversed(event.payload.items()))
        text = json.dumps(payload, separators=(" ,", " :  "), ensure_ascii=False)
        return event.with_body(text)

    def both_spellings(event):
        text = event.changed(name="NAME").body
        return event.with_body(text.replace("NAME", "\\u00e9 é \\/ ☕"))

    last_first = pick({"en": "keys reversed", "fr": "clés inversées"})
    expect_accepted(lab, spaced, note="JSON, indent=1")
    expect_accepted(lab, reversed_keys, note=f"JSON, {last_first}")
    expect_accepted(lab, both_spellings, note="JSON, \\u00e9 é")
    # The same to a parser, and not what was signed.
    event = lab.clerk.user_created()
    for spell, note in ((spaced, "indent=1"), (reversed_keys, last_first)):
        other = spell(event).body.encode()
        lab.deliver(event, body=other, note=f"JSON ≠, {note}").expect("4xx")


def test_a_changed_body_or_another_secret_is_refused(lab):
    # Somebody new, or an organisation: what is in an event says nothing about its signature.
    victim, organization = lab.clerk.user_created(), ignored_event(lab)
    other = new_secret(lab.random)
    attacks = []
    for event in (victim, organization):
        changed = event.body.replace(event.data["id"], lab.draw.unlike(event.data["id"]))
        attacks += [
            partial(lab.deliver, event, body=changed.encode(), note="id ≠"),
            partial(
                lab.deliver,
                event,
                body=event.body.encode() + b" ",
                note=pick({"en": "body + 1 byte", "fr": "corps + 1 octet"}),
            ),
            partial(lab.deliver, event, secrets=[other], note="whsec_…"),
        ]
    for attack in lab.draw.order(attacks):
        attack().expect("4xx")


def test_a_missing_header_is_refused(lab):
    for name in lab.draw.order(("svix-id", "svix-timestamp", "svix-signature")):
        lab.deliver(ignored_event(lab), change={name: None}, note=f"− {name}").expect("4xx")


def test_an_old_or_future_timestamp_is_refused(lab):
    event = lab.clerk.user_created()
    for minutes in lab.draw.order((6, -6, 4)):
        note = f"svix-timestamp {'−' if minutes > 0 else '+'} {abs(minutes)} min"
        if abs(minutes) > 5:
            lab.deliver(event, age=timedelta(minutes=minutes), note=note).expect("4xx")
        else:
            expect_accepted(lab, age=timedelta(minutes=minutes), note=note)
    # A laptop does not live in UTC.
    lab.app.restart(TZ=lab.draw.zone())
    expect_accepted(lab, note="svix-timestamp ± 0 min")
    lab.deliver(event, age=timedelta(minutes=6), note="svix-timestamp − 6 min").expect("4xx")


def test_one_good_signature_of_several_is_enough(lab):
    other, secret = new_secret(lab.random), lab.deliver.secret
    for secrets in lab.draw.order(([secret, other], [other, secret])):
        signs = "✓ ✗" if secrets[0] == secret else "✗ ✓"
        expect_accepted(lab, secrets=secrets, note=f"2 × v1: {signs}")
    strangers = [new_secret(lab.random), new_secret(lab.random)]
    lab.deliver(ignored_event(lab), secrets=strangers, note="2 × v1: ✗ ✗").expect("4xx")


def test_a_malformed_header_or_body_is_no_server_error(lab):
    event = lab.clerk.user_created()
    signatures = ("v1", "v1,", "v1,a,b", "v1,%%%", "v1,é", "v1,AAAA  v1,BBBB")
    for signature in lab.draw.order(signatures):
        change = {"svix-signature": signature}
        lab.deliver(event, change=change, note=f"svix-signature: {signature!r}").expect("4xx")
    good = headers(event, event.body, lab.deliver.secret, lab.clock.now())["svix-signature"]
    for label in lab.draw.order(("", ",", "v2,", "v1a,", "V1,", "v1;")):
        change = {"svix-signature": label + good.removeprefix("v1,")}
        lab.deliver(event, change=change, note=f"svix-signature: {label}…").expect("4xx")
    for time in lab.draw.order(("", "noon", "nan", "1" * 30)):
        change = {"svix-timestamp": time}
        lab.deliver(event, change=change, note=f"svix-timestamp: {time!r}").expect("4xx")
    lab.deliver(event, body=b'{"type": "\xff\xfe"}', note=r"body: \xff\xfe").expect("4xx")


def test_a_giant_body_is_refused(lab):
    giant = lab.clerk.user_created().changed(padding="x" * 2 * MIB)
    above = sized(lab.clerk.user_created(), MIB + 1)
    sends = [
        partial(lab.deliver, giant, note="2 MiB"),
        partial(lab.deliver, above, note="1 MiB + 1"),
        partial(deliver_in_chunks, lab, giant),
    ]
    for send in lab.draw.order(sends):
        answer = send()
        # A server may hang up on a body that it does not want to read.
        if answer.problem != "dropped":
            answer.expect("4xx")
    expect_accepted(lab, lambda event: sized(event, MIB), note="1 MiB")
    deliver_in_chunks(lab, sized(lab.clerk.user_created(), MIB)).expect("2xx")


def test_a_forged_delivery_is_not_even_looked_at(lab):
    signup, before = lab.clerk.user_created(), row_counts(lab)
    forged = lab.draw.forged()
    made_up = f"user.{lab.draw.word().lower()}"
    plain = lab.deliver(signup, change=forged).expect("4xx")
    for body in lab.draw.order((b"{", b"[]", b'{"type": "user.created"}')):
        answer = lab.deliver(signup, change=forged, body=body, note=f"v1,… {body.decode()}")
        lab.require(
            answer.status == plain.status,
            en=f"the same status as for every forged delivery, {plain.status}, whatever the body: "
            "nobody has looked at it",
            fr=f"le même statut que pour toute livraison falsifiée, {plain.status}, quel que soit "
            "le corps : personne ne l’a regardé",
            got=f"{body.decode()} → {answer}",
        )
    lab.deliver(signup.renamed(made_up), change=forged).expect("4xx")
    lab.logs.expect_absent(
        made_up,
        {
            "en": "The type in a forged body, which only parsing it tells,",
            "fr": "Le type que porte un corps falsifié, que seule son analyse révèle,",
        },
    )
    after = row_counts(lab)
    lab.require(
        after == before,
        en="no new row in any table after forged deliveries",
        fr="aucune nouvelle ligne dans aucune table après des livraisons falsifiées",
        got=", ".join(f"{table}: {count}" for table, count in after.items()),
    )


def test_a_useless_secret_stops_the_app_at_its_start(lab):
    expect_accepted(lab)
    good = lab.deliver.secret
    key = good.removeprefix("whsec_")
    junk = "whsec_!" + key
    short = ["whsec_" + base64.b64encode(lab.random.randbytes(n)).decode() for n in (5, 16, 23)]
    useless = ("", "whsec_", key, junk, f"'{good}'", f'"{good}"', f"whsec_ {key}", *short)
    for secret in lab.draw.order(useless):
        refused = lab.app.try_restart(CLERK_WEBHOOK_SIGNING_SECRET=secret)
        lab.require(
            refused,
            en=f"create_app() raises an exception for the secret {secret!r}",
            fr=f"create_app() lève une exception pour le secret {secret!r}",
            got=pick({"en": "the app started", "fr": "l’application a démarré"}),
        )
    for size in lab.draw.order((24, 32, 64)):
        longer = base64.b64encode(lab.random.randbytes(size)).decode()
        lab.app.restart(CLERK_WEBHOOK_SIGNING_SECRET=f"whsec_{longer}")
