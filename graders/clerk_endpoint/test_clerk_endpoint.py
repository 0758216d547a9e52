"""What the endpoint must do, one claim a test. The titles for people are in rubric.toml."""

import json
from datetime import timedelta
from functools import partial

from hooklab.sender import new_secret
from hooklab.texts import pick

FIELDS = {"svix_id", "type", "outcome", "duration_ms", "error"}
MIB = 1024 * 1024


def ignored_event(lab):
    """An event that asks for nothing: only its signature matters."""
    data = {"id": lab.draw.id("org"), "object": "organization", "name": lab.draw.word()}
    return lab.clerk.other("organization.created", data)


def expect_accepted(lab, spell=lambda event: event, **knobs):
    """Fail unless a genuine delivery is accepted.

    One that asks for nothing comes first: signatures are graded before users are stored. An app
    that wrongly refuses types it does not know loses that check only, and is sent a sign-up here.
    """
    if not lab.deliver(spell(ignored_event(lab)), **knobs).ok:
        lab.deliver(spell(lab.clerk.user_created()), **knobs).expect("2xx")


def expect_stored(lab, event):
    """Fail unless the user of `event` stands in the table as the event says."""
    lab.db.expect_row(
        "user",
        {"clerk_id": event.user_id},
        email=event.email,
        first_name=event.data["first_name"],
        last_name=event.data["last_name"],
        version=event.updated_at_ms,
    )


def row_counts(lab):
    """How many rows each table has."""
    return {table: len(lab.db.rows(table)) for table in lab.db.tables()}


# Signature


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

    expect_accepted(lab, spaced, note="JSON, indent 1")
    expect_accepted(lab, reversed_keys, note="JSON, keys reversed")
    expect_accepted(lab, both_spellings, note="JSON, \\u00e9 é")


def test_a_changed_body_or_another_secret_is_refused(lab):
    # Somebody new, or an organisation: what is in an event says nothing about its signature.
    victim, organization = lab.clerk.user_created(), ignored_event(lab)
    other = new_secret(lab.random)
    attacks = []
    for event in (victim, organization):
        changed = event.body.replace(event.data["id"], lab.draw.unlike(event.data["id"]))
        attacks += [
            partial(lab.deliver, event, body=changed.encode(), note="id ≠"),
            partial(lab.deliver, event, body=event.body.encode() + b" ", note="body + 1 byte"),
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


def test_one_good_signature_of_several_is_enough(lab):
    other, secret = new_secret(lab.random), lab.deliver.secret
    for secrets in lab.draw.order(([secret, other], [other, secret])):
        place = "1st" if secrets[0] == secret else "2nd"
        expect_accepted(lab, secrets=secrets, note=f"2 × v1, {place} good")


def test_a_malformed_header_or_body_is_no_server_error(lab):
    event = lab.clerk.user_created()
    signatures = ("v1", "v1,", "v1,a,b", "v1,%%%", "v1,é", "v1,AAAA  v1,BBBB")
    for signature in lab.draw.order(signatures):
        change = {"svix-signature": signature}
        lab.deliver(event, change=change, note=f"svix-signature: {signature!r}").expect("4xx")
    for time in lab.draw.order(("", "noon", "nan", "1" * 30)):
        change = {"svix-timestamp": time}
        lab.deliver(event, change=change, note=f"svix-timestamp: {time!r}").expect("4xx")
    lab.deliver(event, body=b'{"type": "\xff\xfe"}', note=r"body: \xff\xfe").expect("4xx")


def test_a_giant_body_is_refused(lab):
    giant = lab.clerk.user_created().changed(padding="x" * 2 * MIB)
    answer = lab.deliver(giant, note="2 MiB")
    # A server may hang up on a body that it does not want to read.
    if answer.problem != "dropped":
        answer.expect("4xx")
    expect_accepted(lab, lambda event: event.changed(padding="x" * (MIB - 8192)), note="1 MiB")


def test_a_forged_delivery_is_not_even_looked_at(lab):
    signup, before = lab.clerk.user_created(), row_counts(lab)
    forged = lab.draw.forged()
    plain = lab.deliver(signup, change=forged, note="v1,…").expect("4xx")
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
    for secret in lab.draw.order(("", "whsec_c2hvcnQ=", key, junk)):
        refused = lab.app.try_restart(CLERK_WEBHOOK_SIGNING_SECRET=secret)
        lab.require(
            refused,
            en=f"create_app() raises an exception for the secret {secret!r}",
            fr=f"create_app() lève une exception pour le secret {secret!r}",
            got=pick({"en": "the app started", "fr": "l’application a démarré"}),
        )


# Events


def test_a_new_user_is_stored(lab):
    # People decide how their names are written.
    first, last, name = lab.draw.word(), lab.draw.word(), lab.draw.word()
    signup = lab.clerk.user_created(first_name=first.lower(), last_name=last.lower())
    other = lab.clerk.user_created(first_name=f"De{first}", last_name=f"Mc{name}")
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    expect_stored(lab, signup)
    expect_stored(lab, other)


def test_the_primary_address_is_kept_wherever_it_stands(lab):
    one, two, three, four, five = (lab.draw.address() for _ in range(5))
    last = lab.clerk.user_created(emails=(one, two))
    first = lab.clerk.user_created(emails=(three, four), email=three)
    nowhere = lab.clerk.user_created(emails=(five,), email=None)
    # However Clerk came to know it.
    by_google, by_an_admin = (lab.clerk.user_created(via=via) for via in ("google", "dashboard"))
    for signup in lab.draw.order((last, first, nowhere, by_google, by_an_admin)):
        verification = signup.data["email_addresses"][0]["verification"]
        lab.deliver(signup, note=f"verification: {verification['strategy']}").expect("2xx")
        expect_stored(lab, signup)


def test_a_user_without_address_or_names_is_stored(lab):
    nobody = lab.clerk.user_created(via="phone", first_name=None, last_name=None)
    # A user name is no first name.
    by_username = lab.clerk.user_created(via="username", first_name=None, last_name=None)
    dangling = lab.clerk.user_created().changed(email_addresses=[])
    lab.deliver(nobody).expect("2xx")
    lab.deliver(by_username, note=f"username: {by_username.data['username']}").expect("2xx")
    lab.deliver(dangling, note="email_addresses: []").expect("2xx")
    expect_stored(lab, nobody)
    expect_stored(lab, by_username)
    expect_stored(lab, dangling)
    # Whoever had them may lose them.
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    bare = lab.clerk.user_updated(signup, first_name=None, last_name=None, email=None)
    lab.deliver(bare, note="− first_name, − last_name, − email").expect("2xx")
    expect_stored(lab, bare)


def test_an_update_changes_the_user(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    update = lab.clerk.user_updated(signup, first_name=f"{lab.draw.word()}ë", last_name=None)
    lab.deliver(update).expect("2xx")
    expect_stored(lab, update)
    expect_stored(lab, other)


def test_a_deletion_removes_the_user(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    lab.deliver(lab.clerk.user_deleted(signup)).expect("2xx")
    lab.db.expect("user", 0, clerk_id=signup.user_id)
    expect_stored(lab, other)


def test_an_unknown_type_is_ignored(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    newer = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    lab.deliver(newer.renamed("user.promoted")).expect("2xx")
    lab.deliver(lab.clerk.session_created(signup)).expect("2xx")
    lab.deliver(ignored_event(lab)).expect("2xx")
    expect_stored(lab, signup)
    lab.db.expect("user", 1)


# Idempotence


def test_the_same_message_twice_changes_nothing(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(signup, note="× 2").expect("2xx")
    lab.deliver(signup.again(), note="× 3, svix-id ≠").expect("2xx")
    lab.db.expect("user", 1)
    expect_stored(lab, signup)


def test_eight_deliveries_at_once_leave_the_newest_version(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    for answer in lab.deliver.together([signup] * 8):
        answer.expect("2xx")
    lab.db.expect("user", 1)
    lab.deliver(other).expect("2xx")
    updates = [lab.clerk.user_updated(other, first_name=lab.draw.word()) for _ in range(10)]
    for answer in lab.deliver.together(updates[:8]):
        answer.expect("2xx")
    expect_stored(lab, updates[7])
    # Luck decides who wins above. Here the older one has looked before the newer one writes.
    for answer in lab.deliver.overtaken(updates[8], by=updates[9]):
        answer.expect("2xx")
    expect_stored(lab, updates[9])
    expect_stored(lab, signup)


def test_an_older_update_does_not_overwrite_a_newer_one(lab):
    signup = lab.clerk.user_created()
    first = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    second = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    for event in (signup, second, first, signup.again()):
        lab.deliver(event).expect("2xx")
    expect_stored(lab, second)


def test_an_update_before_its_creation_is_stored(lab):
    signup = lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, last_name=lab.draw.word())
    lab.deliver(update).expect("2xx")
    expect_stored(lab, update)
    lab.deliver(signup).expect("2xx")
    expect_stored(lab, update)


def test_nothing_brings_a_deleted_user_back(lab):
    for known in lab.draw.order((True, False)):
        signup = lab.clerk.user_created()
        update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
        if known:
            lab.deliver(signup).expect("2xx")
        lab.deliver(lab.clerk.user_deleted(signup))
        if known:
            # What only the process remembers is forgotten now.
            lab.app.restart()
        lab.deliver(update)
        lab.deliver(signup.again())
        lab.db.expect("user", 0)


# HTTP codes


def test_nothing_left_to_do_is_still_a_success(lab):
    signup, never_seen = lab.clerk.user_created(), lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    deletion = lab.clerk.user_deleted(signup)
    for event in (signup, update, signup, update, deletion, deletion.again(), signup):
        lab.deliver(event).expect("2xx")
    lab.deliver(lab.clerk.user_deleted(never_seen)).expect("2xx")


def test_a_bad_signature_is_400_or_401(lab):
    event = ignored_event(lab)
    forged = lab.draw.forged()
    for change in lab.draw.order((forged, {"svix-signature": None})):
        note = "v1,…" if change is forged else "− svix-signature"
        lab.deliver(event, change=change, note=note).expect("400", "401")


def test_signed_nonsense_is_a_client_error(lab):
    bodies = (
        "hello",
        "[]",
        '{"object": "event"}',
        '{"type": "user.created", "object": "event", "data": {}}',
        '{"type": "user.deleted", "object": "event", "data": []}',
    )
    for body in lab.draw.order(bodies):
        lab.deliver(ignored_event(lab).with_body(body), note=body).expect("4xx")


def test_a_database_that_is_away_is_a_server_error(lab):
    signup = lab.clerk.user_created()
    with lab.database.unavailable():
        lab.deliver(signup).expect("5xx")
    lab.clock.advance(seconds=5)
    lab.deliver(signup, note="× 2").expect("2xx")
    expect_stored(lab, signup)


# Errors


def expect_lines(lab, event, count):
    """Fail unless `count` log lines, with all their fields, are about `event`; the last one."""
    lines = [line for line in lab.logs.about(event.message_id) if set(line) >= FIELDS]
    lab.require(
        len(lines) == count,
        en=f"one JSON log line per delivery, with svix_id, type, outcome, duration_ms and error: "
        f"here {count} with svix_id = {event.message_id}",
        fr=f"une ligne de journal JSON par livraison, avec svix_id, type, outcome, duration_ms et "
        f"error : ici, {count} avec svix_id = {event.message_id}",
        got=pick(
            {
                "en": f"such lines: {len(lines)}; below is what the app printed",
                "fr": f"lignes trouvées : {len(lines)} ; plus bas, ce que l’application a écrit",
            }
        ),
    )
    return lines[-1]


def test_every_delivery_leaves_one_json_log_line(lab):
    signup = lab.clerk.user_created()
    for count in (1, 2):
        answer = lab.deliver(signup)
        line = expect_lines(lab, signup, count)
        lab.require(
            line["type"] == "user.created" and isinstance(line["outcome"], str),
            en="a line with type = 'user.created' and a word as outcome",
            fr="une ligne dont type = 'user.created' et dont outcome est un mot",
            got=line,
        )
        lab.require(
            isinstance(line["duration_ms"], int | float) and line["duration_ms"] >= 0,
            en="duration_ms is a number of milliseconds",
            fr="duration_ms est un nombre de millisecondes",
            got=line,
        )
        lab.require(
            not (answer.ok and line["error"]),
            en="error is null for a delivery that was accepted",
            fr="error vaut null pour une livraison acceptée",
            got=line,
        )


def test_the_log_line_of_a_failure_says_why(lab):
    forged, nonsense = lab.clerk.user_created(), lab.clerk.user_created()
    retried = lab.clerk.user_created()
    lab.deliver(forged, change=lab.draw.forged(), note="v1,…")
    lab.deliver(nonsense.with_body("hello"), note="hello")
    with lab.database.unavailable():
        lab.deliver(retried)
    for event in (forged, nonsense, retried):
        line = expect_lines(lab, event, 1)
        lab.require(
            isinstance(line["error"], str) and line["error"].strip(),
            en="error says in a few words what went wrong",
            fr="error dit en quelques mots ce qui n’a pas marché",
            got=line,
        )


def hide_and_seek(lab):
    """Deliver somebody's data in good and in bad times; the answers, the address, the names."""
    names = {"first_name": lab.draw.word(), "last_name": lab.draw.word()}
    signup = lab.clerk.user_created(email=lab.draw.address(), last_name=names["last_name"])
    answers = [lab.deliver(signup), lab.deliver(signup, change=lab.draw.forged(), note="v1,…")]
    with lab.database.unavailable():
        answers.append(lab.deliver(lab.clerk.user_updated(signup, **names)))
    nonsense = signup.changed(updated_at=names["last_name"])
    answers.append(lab.deliver(nonsense, note=f"updated_at: {names['last_name']!r}"))
    return answers, signup.email, list(names.values())


def test_the_log_names_nobody_and_no_secret(lab):
    _answers, address, names = hide_and_seek(lab)
    lab.logs.expect_absent(address, {"en": "The e-mail address", "fr": "L’adresse e-mail"})
    for name in names:
        lab.logs.expect_absent(name, {"en": "The name", "fr": "Le nom"})
    key = lab.deliver.secret.removeprefix("whsec_")
    lab.logs.expect_absent(key, {"en": "The signing secret", "fr": "Le secret de signature"})


def test_the_answers_give_nothing_away(lab):
    answers, address, names = hide_and_seek(lab)
    hidden = ["traceback", "[sql", address, *map(str.lower, names)]
    for answer in answers:
        told = [word for word in hidden if word in answer.text.lower()]
        lab.require(
            not told,
            en="an answer without personal data, SQL or stack trace: Clerk's dashboard shows it",
            fr="une réponse sans donnée personnelle, ni SQL, ni trace d’exécution : le tableau de "
            "bord de Clerk l’affiche",
            got=str(answer),
        )
