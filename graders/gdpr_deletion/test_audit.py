"""What proves an erasure, and what is left of the person: nothing that names them."""

from contextlib import ExitStack

from .helpers import (
    BASE,
    DUE,
    Member,
    cron,
    deliver,
    erase,
    erasure,
    join,
    later,
    require_absent,
    require_deleted,
    require_no_file,
    require_time,
    send,
    step,
    steps,
    subject_hash,
    unkeyed,
)

OTHER_STEPS = ("files", "content", "records", "mailing_list")


def test_the_audit_knows_the_person_by_a_keyed_hash(lab):
    for _ in range(2):
        ada = join(lab)
        erase(lab, ada)
        lab.db.expect_row("erasure", {"subject_hash": subject_hash(lab, ada)}, status="done")
    # Of somebody whom the app has never seen, the audit says the same.
    eve = Member(lab.clerk.user_created())
    erase(lab, eve)
    lab.db.expect_row("erasure", {"subject_hash": subject_hash(lab, eve)}, status="done")
    lab.db.expect("erasure", 3)


def test_the_audit_has_the_outcome_of_each_step(lab):
    ada = join(lab)
    lab.stripe.fail(refuse=True)
    erase(lab, ada)
    begun = lab.clock.now()
    erasure(lab, status="running", completed_at=None)
    step(lab, "stripe", status="pending", attempts=1, done_at=None)
    step(lab, "user", status="pending", done_at=None)
    for name in OTHER_STEPS:
        require_time(lab, step(lab, name, status="done", attempts=0)["done_at"], begun, "done_at")
    lab.stripe.recover()
    later(lab, DUE * BASE)
    row = erasure(lab, status="done")
    require_time(lab, row["completed_at"], lab.clock.now(), "completed_at")
    for name in ("stripe", "user"):
        done_at = step(lab, name, status="done")["done_at"]
        require_time(lab, done_at, lab.clock.now(), "done_at")
    found = sorted(steps(lab))
    wanted = sorted([*OTHER_STEPS, "stripe", "user"])
    lab.require(
        found == wanted,
        en=f"the six steps {', '.join(wanted)}",
        fr=f"les six étapes {', '.join(wanted)}",
        got=", ".join(found),
    )


def test_the_audit_has_the_time_of_the_deletion(lab):
    ada = join(lab)
    deletion = lab.clerk.user_deleted(ada.signup)
    with lab.database.unavailable():
        lab.deliver(deletion).expect("5xx")
    lab.clock.advance(hours=5)
    deliver(lab, deletion, note="Svix")
    require_time(lab, erasure(lab)["requested_at"], deletion.occurred_at, "requested_at")
    require_deleted(lab, ada)


def test_nothing_personal_is_left_anywhere(lab):
    ada, traces = canary(lab)
    erase(lab, ada)
    require_deleted(lab, ada)
    require_absent(lab, traces)
    for trace in traces:
        require_no_file(lab, trace)


def test_nothing_personal_is_printed(lab):
    ada, traces = canary(lab)
    deletion = lab.clerk.user_deleted(ada.signup)
    with lab.database.unavailable():
        lab.deliver(deletion)
    # It also goes away in the middle: the error of a statement quotes its values.
    eve = join(lab)
    unlucky = lab.clerk.user_deleted(eve.signup)
    for writes in (0, 1, 2, 9):
        with ExitStack() as outage:
            with lab.database.hold_writes(after=writes) as held:
                request = lab.deliver.later(unlucky)
                held(request)
                outage.enter_context(lab.database.unavailable())
            request.result()
            lab.app.settle()
    lab.clock.advance(hours=2)
    for fault in lab.draw.order(({"refuse": True}, {"status": 500}, {"lost_answer": True})):
        lab.stripe.fail(**fault)
        lab.newsletter.fail(**fault)
        deliver(lab, deletion)
        lab.clock.advance(hours=2)
    lab.stripe.recover()
    lab.newsletter.recover()
    cron(lab)
    deliver(lab, ada.signup.again())
    require_deleted(lab, ada)
    what = {"en": "What names an erased user", "fr": "Ce qui désigne une personne effacée"}
    for trace in (*traces, eve.email, eve.clerk_id, eve.customer.id):
        lab.logs.expect_absent(trace, what)


def canary(lab):
    """Somebody who has left a trace wherever one can be left; the traces, each of its own kind."""
    words = {name: lab.draw.word() for name in ("first_name", "last_name", "username", "file")}
    file, content, external_id = words.pop("file"), lab.draw.word(), lab.draw.word()
    before, now, ip = lab.draw.address(), lab.draw.address().title(), lab.draw.ip()
    ada = join(lab, email=before, external_id=external_id, **words)
    moved = lab.clerk.user_updated(ada.signup, email=now)
    lab.newsletter.add_member(now)
    session = lab.clerk.session_created(moved, ip=ip)
    for event in (moved, session):
        lab.deliver(event).expect("2xx")
    post = send(lab, ada, "/posts", text="A post").expect("2xx").value("id")
    send(lab, ada, f"/posts/{post}/comments", text="A comment").expect("2xx")
    send(lab, ada, "/uploads", filename=f"{file}.txt", content=content).expect("2xx")
    addresses = (before, now.lower())
    plain = [*words.values(), *addresses, external_id, file, content]
    ids = [ada.clerk_id, ada.customer.id, ip]
    hashes = [each for text in (ada.clerk_id, *addresses) for each in unkeyed(text)]
    return ada, [*plain, *ids, *hashes]
