"""What the log must hold, one claim a test. The titles for people are in rubric.toml."""

from functools import partial

from .helpers import fail, held_up, instant, logged, small

SCHEMA = "webhook_log"


def test_every_delivery_has_a_row(lab):
    signup, other = lab.clerk.user_created(), small(lab)
    arrived = [(signup, lab.clock.now())]
    held_up(lab, signup, seconds=2).expect("2xx")
    lab.clock.advance(minutes=3)
    arrived.append((other, lab.clock.now()))
    lab.deliver(other).expect("2xx")
    lab.clock.advance(minutes=3)
    for event, at in arrived:
        row = logged(lab, event, type=event.type, status="done", error=None)
        lab.require(
            instant(row["received_at"]) == at,
            en=f"received_at = {at}",
            fr=f"received_at = {at}",
            got=str(row["received_at"]),
        )
    lab.db.expect(SCHEMA, 2)
    lab.db.expect_row("user", {"clerk_id": signup.user_id}, email=signup.email)


def test_a_message_has_one_row_however_often_it_comes(lab):
    signup = lab.clerk.user_created()
    for answer in lab.deliver.together([signup] * 8):
        answer.expect("2xx")
    first = logged(lab, signup, status="done")
    handled = len(lab.billing.calls())
    lab.clock.advance(hours=30)
    lab.deliver(signup, note="Svix").expect("2xx")
    lab.require(
        logged(lab, signup)["received_at"] == first["received_at"],
        en="received_at stays when the message comes once more",
        fr="received_at ne change pas quand le message revient",
        got=str(logged(lab, signup)["received_at"]),
    )
    lab.billing.expect(handled)
    lab.require(
        lab.db.schema(SCHEMA).is_unique("svix_id"),
        en="a table webhook_log in which the database itself keeps svix_id unique",
        fr="une table webhook_log où la base de données garantit l’unicité de svix_id",
        got=str(lab.db.schema(SCHEMA).unique),
    )


def test_a_failure_that_is_mended_is_a_success(lab):
    signup = lab.clerk.user_created()
    for answer in fail(lab, signup, times=2):
        answer.expect("5xx")
    first = instant(logged(lab, signup)["received_at"])
    lab.clock.advance(minutes=5)
    lab.deliver(signup, note="Svix").expect("2xx")
    row = logged(lab, signup, status="done", error=None)
    lab.require(
        instant(row["received_at"]) == first,
        en=f"received_at = {first}, when it came for the first time",
        fr=f"received_at = {first}, son premier passage",
        got=str(row["received_at"]),
    )
    lab.db.expect_row("user", {"clerk_id": signup.user_id}, email=signup.email)
    # Without a database nothing can be logged, and Svix has to come again all the same.
    late = lab.clerk.user_created()
    with lab.database.unavailable():
        lab.deliver(late).expect("5xx")
    lab.deliver(late, note="Svix").expect("2xx")
    logged(lab, late, status="done", error=None)
    lab.db.expect_row("user", {"clerk_id": late.user_id}, email=late.email)


def test_a_late_failure_does_not_undo_a_success(lab):
    before = lab.clerk.user_created()
    fail(lab, before)
    # Some note that a message has come before they handle it: there, the second write is late.
    for writes in (0, 1):
        signup = lab.clerk.user_created()
        lab.billing.fail(status=503, times=1)
        slow = partial(lab.deliver.later, signup)
        _one_is_done(lab, signup, lab.overtaken(slow, by=slow, after=writes))
    # One process may know what it is doing already, and that is no success yet.
    signup = lab.clerk.user_created()
    lab.billing.fail(status=503, times=1)
    with lab.billing.hold("request") as hold:
        requests = [lab.deliver.later(signup)]
        hold.wait(during=requests)
        requests.append(lab.deliver.later(signup))
        hold.wait(2, timeout=1, during=requests[1:])
    _one_is_done(lab, signup, [request.result() for request in requests])


def _one_is_done(lab, event, answers):
    lab.require(
        any(answer.ok for answer in answers),
        en="of two deliveries at once, of which one fails, one is answered 2xx",
        fr="de deux livraisons simultanées dont l’une échoue, l’autre reçoit un 2xx",
        got="\n".join(str(answer) for answer in answers),
    )
    logged(lab, event, status="done", error=None)


def test_the_duration_is_that_of_the_last_attempt(lab):
    signup = lab.clerk.user_created()
    for status, seconds in (("failed", 3), ("done", 2)):
        if status == "failed":
            lab.billing.fail(status=503, times=1)
        held_up(lab, signup, seconds)
        found = logged(lab, signup, status=status)["duration_ms"]
        lab.require(
            isinstance(found, int | float) and abs(found - 1000 * seconds) < 50,
            en=f"duration_ms = {1000 * seconds}: billing has taken {seconds} s",
            fr=f"duration_ms = {1000 * seconds} : la facturation a pris {seconds} s",
            got=repr(found),
        )
        lab.clock.advance(seconds=5)


def test_done_is_written_with_the_work(lab):
    for writes in (1, 2):
        signup = lab.clerk.user_created()
        with lab.database.hold_writes(after=writes) as held:
            held(lab.deliver.later(signup))
            lab.app.kill()
        done = lab.db.rows(SCHEMA, svix_id=signup.message_id, status="done")
        users = lab.db.rows("user", clerk_id=signup.user_id)
        lab.require(
            len(done) == len(users),
            en="after a crash between two writes: a row with status = done and the user, or none "
            "of them",
            fr="après un plantage entre deux écritures : une ligne avec status = done et "
            "l’utilisateur, ou rien des deux",
            got=f"webhook_log: {len(done)}, user: {len(users)}",
        )
        lab.app.restart()
        lab.deliver(signup, note="Svix").expect("2xx")
        logged(lab, signup, status="done")
        lab.db.expect("user", 1, clerk_id=signup.user_id)


def test_a_failure_tells_nothing_personal(lab):
    person = {"first_name": lab.draw.word(), "email": lab.draw.address()}
    faults = (({"status": 422}, "BillingRefused"), ({"drop": True}, "BillingUnreachable"))
    for fault, name in lab.draw.order(faults):
        signup = lab.clerk.user_created(**person)
        lab.billing.fail(**fault, times=1)
        answer = lab.deliver(signup)
        error = str(logged(lab, signup, status="failed")["error"])
        lab.require(
            name in error,
            en=f"an error that names the exception, {name}",
            fr=f"une erreur qui nomme l’exception, {name}",
            got=error,
        )
        for secret in (*person.values(), lab.settings["BILLING_APP_URL"]):
            lab.require(
                secret not in error and secret not in answer.text,
                en=f"neither the column error nor the answer to Svix contains {secret}",
                fr=f"ni la colonne error ni la réponse à Svix ne contiennent {secret}",
                got=f"error: {error}\n{answer}",
            )
    for secret in (*person.values(), lab.settings["BILLING_APP_URL"]):
        lab.logs.expect_absent(secret, {"en": "What is personal", "fr": "Ce qui est personnel"})
