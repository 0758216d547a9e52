"""What the endpoint answers and logs, one claim a test. The titles are in rubric.toml."""

from time import monotonic

from hooklab.texts import pick

from .helpers import ignored_event, row_of

FIELDS = {"svix_id", "type", "outcome", "duration_ms", "error"}


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
    # Sound JSON, and nothing that every column can hold: refused, or replaced.
    for text in lab.draw.order(("\\u0000", "\\ud83d")):
        name = lab.draw.word()
        signup = lab.clerk.user_created(first_name=name)
        spelled = signup.with_body(signup.body.replace(name, name + text))
        lab.deliver(spelled, note=f"first_name: …{text}").expect("2xx", "4xx")
    signup, without = lab.clerk.user_created(), lab.clerk.user_created()
    del without.payload["data"]["updated_at"]
    lab.deliver(without, note="− updated_at").expect("4xx")
    for version in lab.draw.order((None, "soon", [], {}, 2**63, 2**80)):
        useless = signup.changed(updated_at=version)
        lab.deliver(useless, note=f"updated_at: {version!r}").expect("4xx")


def test_a_database_that_is_away_is_a_server_error(lab):
    signup = lab.clerk.user_created()
    with lab.database.unavailable():
        lab.deliver(signup).expect("5xx")
    lab.clock.advance(seconds=5)
    lab.deliver(signup, note="× 2").expect("2xx")
    row_of(lab, signup)
    expect_work_after_a_crash(lab)


def expect_work_after_a_crash(lab):
    """Fail unless a sign-up is stored whose first attempt was cut off, between any two writes."""
    for writes in lab.draw.order(range(4)):
        signup = lab.clerk.user_created()
        with lab.database.hold_writes(after=writes) as held:
            # One that needs fewer writes has done them by now.
            held(lab.deliver.later(signup))
            lab.app.kill()
        lab.app.restart()
        lab.clock.advance(seconds=5)
        # Its answer is another claim's: it may have been stored by the first one.
        lab.deliver(signup, note="× 2")
        row_of(lab, signup)


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
        sent = monotonic()
        answer = lab.deliver(signup)
        line = expect_lines(lab, signup, count)
        # With what the app does after its answer; a millisecond more for those that round up.
        longest = (monotonic() - sent) * 1000 + 1
        lab.require(
            line["type"] == "user.created" and isinstance(line["outcome"], str),
            en="a line with type = 'user.created' and a word as outcome",
            fr="une ligne dont type = 'user.created' et dont outcome est un mot",
            got=line,
        )
        lab.require(
            isinstance(line["duration_ms"], int | float) and 0 <= line["duration_ms"] <= longest,
            en="duration_ms says how many milliseconds the delivery has taken",
            fr="duration_ms dit combien de millisecondes la livraison a pris",
            got=line,
        )
        lab.require(
            not (answer.ok and line["error"]),
            en="error is null for a delivery that was accepted",
            fr="error vaut null pour une livraison acceptée",
            got=line,
        )
    # Its type is known, whatever is wrong with its data.
    useless = lab.clerk.user_updated(signup).changed(updated_at=None)
    lab.deliver(useless, note="updated_at: None")
    line = expect_lines(lab, useless, 1)
    lab.require(
        line["type"] == "user.updated",
        en="type = 'user.updated' in the line of an event whose data cannot be used",
        fr="type = 'user.updated' dans la ligne d’un événement aux données inutilisables",
        got=line,
    )


def test_the_log_line_of_a_failure_says_why(lab):
    forged, nonsense = lab.clerk.user_created(), lab.clerk.user_created()
    retried = lab.clerk.user_created()
    lab.deliver(forged, change=lab.draw.forged())
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
    answers = [lab.deliver(signup), lab.deliver(signup, change=lab.draw.forged())]
    # Who keeps nothing has nothing to give away.
    row_of(lab, signup)
    with lab.database.unavailable():
        answers.append(lab.deliver(lab.clerk.user_updated(signup, **names)))
    useless = {
        "updated_at": names["last_name"],
        "id": [names["last_name"]],
        "email_addresses": [{"id": signup.email, "email_address": [signup.email]}],
        "primary_email_address_id": [signup.email],
    }
    for key, value in useless.items():
        answers.append(lab.deliver(signup.changed(**{key: value}), note=f"{key}: {value!r}"))
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
