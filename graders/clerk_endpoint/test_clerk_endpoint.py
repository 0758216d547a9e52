"""What the endpoint must do, one claim a test. The titles for people are in rubric.toml."""

from datetime import timedelta

ADDRESS = {"en": "The e-mail address", "fr": "L'adresse e-mail"}


def ignored_event(lab):
    """An event that asks for nothing: only its signature matters."""
    return lab.clerk.other("organization.created", {"id": "org_1", "object": "organization"})


def stored(lab, event, **also):
    """Fail unless the user of `event` stands in the table as the event says."""
    return lab.db.expect_row(
        "user",
        {"clerk_id": event.user_id},
        email=event.email,
        first_name=event.data["first_name"],
        last_name=event.data["last_name"],
        **also,
    )


# Signature


def test_a_signed_delivery_is_accepted_whatever_its_bytes(lab):
    event = ignored_event(lab)
    spaced = (
        '{ "object" : "event",  "type":"organization.created",\n "data": {"name": "\\u00e9 é"} }'
    )
    lab.deliver(event).expect("2xx")
    lab.deliver(event.again().with_body(spaced), note="\\u00e9").expect("2xx")


def test_a_changed_body_is_refused(lab):
    signup = lab.clerk.user_created()
    changed = signup.body.replace(signup.user_id, signup.user_id[:-1] + "0", 1)
    assert changed != signup.body
    lab.deliver(signup, body=changed.encode(), note="body changed").expect("4xx")
    lab.deliver(signup, body=signup.body.encode() + b" ", note="one space more").expect("4xx")
    lab.deliver(ignored_event(lab)).expect("2xx")


def test_another_secret_is_refused(lab):
    other = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"
    lab.deliver(ignored_event(lab), secrets=[other], note="another secret").expect("4xx")


def test_a_missing_header_is_refused(lab):
    for name in ("svix-id", "svix-timestamp", "svix-signature"):
        lab.deliver(ignored_event(lab), change={name: None}, note=f"no {name}").expect("4xx")


def test_an_old_or_future_timestamp_is_refused(lab):
    event = ignored_event(lab)
    lab.deliver(event, age=timedelta(minutes=6), note="6 min old").expect("4xx")
    lab.deliver(event, age=timedelta(minutes=-6), note="6 min ahead").expect("4xx")
    lab.deliver(event, age=timedelta(minutes=4), note="4 min old").expect("2xx")


def test_one_good_signature_of_several_is_enough(lab):
    other = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"
    secret = lab.deliver.secret
    lab.deliver(ignored_event(lab), secrets=[other, secret], note="rotation").expect("2xx")
    lab.deliver(ignored_event(lab), secrets=[secret, other], note="rotation").expect("2xx")


def test_a_malformed_signature_is_refused(lab):
    for signature in ("v1", "v1,", "v1,a,b", "v1,%%%", "v1,é", "v1,AAAA  v1,BBBB"):
        change = {"svix-signature": signature}
        lab.deliver(ignored_event(lab), change=change, note=repr(signature)).expect("4xx")


def test_a_body_that_is_no_text_is_refused(lab):
    event = ignored_event(lab)
    lab.deliver(event, body=b'{"type": "\xff\xfe"}', note="not UTF-8").expect("4xx")


def test_a_giant_body_is_refused(lab):
    event = ignored_event(lab)
    giant = event.with_body('{"type": "organization.created", "data": {"x": "%s"}}' % ("x" * 2**21))
    answer = lab.deliver(giant, note="2 MiB")
    # A server may hang up on a body that it does not want to read.
    if answer.problem != "dropped":
        answer.expect("4xx")
    lab.deliver(event.again()).expect("2xx")


def test_a_forged_delivery_is_not_even_looked_at(lab):
    signup = lab.clerk.user_created()
    forged = {"svix-signature": "v1," + "A" * 43 + "="}
    plain = lab.deliver(signup, change=forged, note="forged").expect("4xx")
    broken = lab.deliver(signup, change=forged, body=b"{", note="forged, not JSON").expect("4xx")
    lab.require(
        plain.status == broken.status,
        en="the same answer to every forged delivery: its body has not been looked at",
        fr="la même réponse à toute livraison falsifiée : son corps n'a pas été regardé",
        got=f"{plain.status} / {broken.status}",
    )
    lab.deliver(ignored_event(lab)).expect("2xx")


# Events


def test_a_new_user_is_stored(lab):
    signup = lab.clerk.user_created(emails=("first@example.org", "primary@example.org"))
    lab.deliver(signup).expect("2xx")
    stored(lab, signup)


def test_a_user_without_address_or_names_is_stored(lab):
    nobody = lab.clerk.user_created(via="phone", first_name=None, last_name=None)
    dangling = lab.clerk.user_created().changed(email_addresses=[])
    lab.deliver(nobody).expect("2xx")
    lab.deliver(dangling, note="a primary id, and no address").expect("2xx")
    stored(lab, nobody)
    stored(lab, dangling)


def test_an_update_changes_the_user(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    update = lab.clerk.user_updated(signup, first_name="Zoë", email="new@example.net")
    lab.deliver(update).expect("2xx")
    stored(lab, update)


def test_a_deletion_removes_the_user(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    lab.deliver(lab.clerk.user_deleted(signup)).expect("2xx")
    lab.db.expect("user", 0, clerk_id=signup.user_id)
    lab.db.expect("user", 1, clerk_id=other.user_id)


def test_an_unknown_type_is_ignored(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(signup.again().renamed("user.promoted").changed(first_name="No")).expect("2xx")
    lab.deliver(lab.clerk.session_created(signup)).expect("2xx")
    stored(lab, signup)
    lab.db.expect("user", 1)


# Idempotence


def test_the_same_message_twice_changes_nothing(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(signup, note="again").expect("2xx")
    lab.deliver(signup.again(), note="the same change under another message id").expect("2xx")
    lab.db.expect("user", 1)
    stored(lab, signup)


def test_eight_deliveries_at_once_leave_one_user(lab):
    signup = lab.clerk.user_created()
    for answer in lab.deliver.together([signup] * 8):
        answer.expect("2xx")
    lab.db.expect("user", 1)
    stored(lab, signup)


def test_an_older_update_does_not_overwrite_a_newer_one(lab):
    signup = lab.clerk.user_created()
    first = lab.clerk.user_updated(signup, first_name="First")
    second = lab.clerk.user_updated(signup, first_name="Second")
    for event in (signup, second, first, signup):
        lab.deliver(event).expect("2xx")
    stored(lab, second)


def test_an_update_before_its_creation_is_stored(lab):
    signup = lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, last_name="Later")
    lab.deliver(update).expect("2xx")
    stored(lab, update)
    lab.deliver(signup, note="late").expect("2xx")
    stored(lab, update)


def test_nothing_brings_a_deleted_user_back(lab):
    signup = lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, first_name="Late")
    deletion = lab.clerk.user_deleted(signup)
    lab.deliver(deletion).expect("2xx")
    lab.deliver(signup, note="late").expect("2xx")
    lab.deliver(update, note="late").expect("2xx")
    lab.db.expect("user", 0)
    lab.deliver(lab.clerk.user_created()).expect("2xx")
    lab.db.expect("user", 1)


# HTTP codes


def test_what_was_done_before_is_accepted(lab):
    signup = lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, first_name="New")
    deletion = lab.clerk.user_deleted(signup)
    for event in (signup, update, signup, update, deletion, deletion.again()):
        lab.deliver(event).expect("2xx")
    lab.db.expect("user", 0)


def test_signed_nonsense_is_a_client_error(lab):
    for body in (
        "hello",
        "[]",
        '{"object": "event"}',
        '{"type": "user.created", "object": "event", "data": {}}',
        '{"type": "user.deleted", "object": "event", "data": []}',
    ):
        lab.deliver(ignored_event(lab).with_body(body), note=body).expect("4xx")


def test_a_database_that_is_away_is_a_server_error(lab):
    signup = lab.clerk.user_created()
    with lab.database.unavailable():
        lab.deliver(signup).expect("5xx")
    lab.clock.advance(seconds=5)
    lab.deliver(signup, note="Svix tries again").expect("2xx")
    stored(lab, signup)


# Errors


def test_every_delivery_leaves_one_json_log_line(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    line = one_line(lab, signup.message_id)
    lab.require(
        line["type"] == "user.created" and not line["error"],
        en="the log line of an accepted delivery has its type and no error",
        fr="la ligne de journal d'une livraison acceptée porte son type et aucune erreur",
        got=line,
    )
    refused = lab.clerk.user_created()
    lab.deliver(refused, change={"svix-signature": "v1,AAAA"}, note="forged").expect("4xx")
    line = one_line(lab, refused.message_id)
    lab.require(
        line["error"],
        en="the log line of a refused delivery says why, in “error”",
        fr="la ligne de journal d'une livraison refusée dit pourquoi, dans « error »",
        got=line,
    )


def one_line(lab, message_id):
    """The one log line about a delivery, with all its fields."""
    lines = lab.logs.about(message_id)
    wanted = {"svix_id", "type", "outcome", "duration_ms", "error"}
    lab.require(
        len(lines) == 1 and wanted <= set(lines[0]),
        en="one JSON log line per delivery, with svix_id, type, outcome, duration_ms and error",
        fr="une ligne de journal JSON par livraison, avec svix_id, type, outcome, duration_ms et error",
        got=lab.logs.text or "(nothing was printed)",
    )
    line = lines[0]
    duration = line["duration_ms"]
    lab.require(
        isinstance(line["outcome"], str) and isinstance(duration, int | float) and duration >= 0,
        en="“outcome” is a word and “duration_ms” a number",
        fr="« outcome » est un mot et « duration_ms » un nombre",
        got=line,
    )
    return line


def test_logs_and_answers_give_nothing_away(lab):
    signup = lab.clerk.user_created(email="canary.address@example.org", last_name="Canarybird")
    answers = [lab.deliver(signup).expect("2xx"), lab.deliver(signup)]
    with lab.database.unavailable():
        answers.append(lab.deliver(lab.clerk.user_updated(signup)).expect("5xx"))
    answers.append(lab.deliver(signup.changed(updated_at="Canarybird")))
    for answer in answers:
        lab.require(
            "Traceback" not in answer.text and "canary" not in answer.text.lower(),
            en="an answer without personal data and without a stack trace: Clerk's dashboard shows it",
            fr="une réponse sans donnée personnelle ni trace d'exécution : le tableau de bord de Clerk l'affiche",
            got=answer.text,
        )
    lab.logs.expect_absent("canary.address@example.org", ADDRESS)
    lab.logs.expect_absent("Canarybird", {"en": "The name", "fr": "Le nom"})
    lab.logs.expect_absent(
        lab.deliver.secret.removeprefix("whsec_"), {"en": "The secret", "fr": "Le secret"}
    )


# Start-up


def test_a_useless_secret_stops_the_app_at_its_start(lab):
    lab.deliver(ignored_event(lab)).expect("2xx")
    for secret in ("", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!"):
        started = lab.app.try_restart(CLERK_WEBHOOK_SIGNING_SECRET=secret) is None
        lab.require(
            not started,
            en=f"an app that refuses to start with the secret {secret!r}",
            fr=f"une application qui refuse de démarrer avec le secret {secret!r}",
            got="it started / elle a démarré",
        )
