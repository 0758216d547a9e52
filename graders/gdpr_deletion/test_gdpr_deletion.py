"""What is erased and made anonymous at home. The titles for people are in rubric.toml."""

from hooklab.texts import pick

from .helpers import (
    BASE,
    DUE,
    NOBODY,
    active,
    cron,
    deliver,
    erase,
    join,
    later,
    mentions,
    require_absent,
    require_no_file,
    require_no_trace,
    require_no_user,
    require_off_the_list,
    send,
)

KEPT = ("session_log", "webhook_inbox")


def test_files_and_their_rows_are_gone(lab):
    ada, bob = active(lab), active(lab)
    second = {"filename": "b.txt", "content": f"{ada.mark}, once more"}
    send(lab, ada, "/uploads", **second).expect("2xx")
    for member in (ada, bob):
        lab.require(
            lab.files.containing(member.mark),
            en="a file for each upload",
            fr="un fichier pour chaque envoi",
            got=", ".join(lab.files.names()) or "-",
        )
    erase(lab, ada)
    require_no_file(lab, ada.mark)
    lab.db.expect("upload", 1)
    lab.require(
        lab.files.containing(bob.mark),
        en="the files of the other users as they were",
        fr="les fichiers des autres personnes, intacts",
        got=", ".join(lab.files.names()) or "-",
    )


def test_posts_and_comments_stay_under_no_name(lab):
    ada, bob = join(lab), join(lab)
    post = send(lab, ada, "/posts", text="A post by Ada").expect("201").value("id")
    send(lab, bob, f"/posts/{post}/comments", text="A comment by Bob").expect("201")
    other = send(lab, bob, "/posts", text="A post by Bob").expect("201").value("id")
    send(lab, ada, f"/posts/{other}/comments", text="A comment by Ada").expect("201")
    before = {text: lab.db.rows(table, text=text) for table, text in BY_BOB.items()}
    erase(lab, ada)
    lab.db.expect_row("post", {"text": "A post by Ada"}, **NOBODY)
    lab.db.expect_row("comment", {"text": "A comment by Ada"}, **NOBODY)
    for table, text in BY_BOB.items():
        lab.db.expect_row(table, {"text": text}, **before[text][0])


BY_BOB = {"post": "A post by Bob", "comment": "A comment by Bob"}


def test_the_placeholder_speaks_the_apps_language(lab):
    lab.app.restart(APP_LANGUAGE="fr")
    ada = active(lab)
    erase(lab, ada)
    wanted = {**NOBODY, "author_name": "[utilisateur supprimé]"}
    lab.db.expect_row("post", {"text": ada.mark}, **wanted)


def test_sessions_and_stored_deliveries_are_gone(lab):
    ada, bob = active(lab), active(lab)
    erase(lab, ada)
    require_absent(lab, [ada.clerk_id, ada.email], KEPT)
    for table in KEPT:
        lab.require(
            mentions(lab, [bob.clerk_id], [table]),
            en=f"the rows of the other users in {table}",
            fr=f"les lignes des autres personnes dans {table}",
            got=str(len(lab.db.rows(table))),
        )
    # A sign-in is all that is known of some: their sign-up is still on its way.
    stranger, ip = lab.clerk.user_created(), lab.draw.ip()
    lab.deliver(lab.clerk.session_created(stranger, ip=ip)).expect("2xx")
    deliver(lab, lab.clerk.user_deleted(stranger))
    require_absent(lab, [stranger.user_id, ip])


def test_no_mail_leaves_after_the_deletion(lab):
    ada, bob, carol = join(lab), join(lab), join(lab)
    changed = lab.clerk.user_updated(ada.signup, email=lab.draw.address())
    lab.deliver(changed).expect("2xx")
    # Nobody can write to the fourth one, and that is no error.
    lab.deliver(lab.clerk.user_created(via="phone")).expect("2xx")
    erase(lab, ada)
    for pause, mails in ({"hours": 47}, 1), ({"hours": 2}, 2):
        lab.clock.advance(**pause)
        cron(lab)
        cron(lab)
        for member in (bob, carol):
            lab.inbox.expect(mails, to=member.email)
    lab.inbox.expect(0, to=ada.email)
    lab.inbox.expect(0, to=changed.email)
    # Nor while a process that has died still has the erasure.
    eve = join(lab)
    deletion = lab.clerk.user_deleted(eve.signup)
    with lab.database.hold_writes(after=8) as held:
        held(lab.deliver.later(deletion))
        lab.app.kill()
    lab.app.restart()
    deliver(lab, deletion, note="Svix")
    lab.inbox.expect(0, to=eve.email)
    # Of two who have an address, one leaves: so does what waits for that one, and nothing else.
    shared, name = lab.draw.address(), lab.draw.word()
    fay = join(lab, email=shared, first_name=name)
    join(lab, email=shared, first_name=lab.draw.word(), listed=False)
    erase(lab, fay)
    cron(lab)
    (mail,) = lab.inbox.expect(1, to=shared)
    lab.require(
        name not in mail.subject + mail.text,
        en=f"no e-mail that was written for {name}, who left, to {shared}",
        fr=f"aucun e-mail écrit pour {name}, qui est partie, à {shared}",
        got=f"{mail.subject}: {mail.text}",
    )
    require_absent(lab, [name], ["email_queue"])


def test_nobody_else_is_touched(lab):
    ada = active(lab)
    moved = lab.clerk.user_updated(ada.signup, email=lab.draw.address())
    lab.newsletter.add_member(moved.email)
    lab.deliver(moved).expect("2xx")
    # Whoever gives an address up may see it with somebody else.
    bob = active(lab, email=ada.email)
    lab.deliver(lab.clerk.user_updated(bob.signup, banned=True)).expect("2xx")
    row = lab.db.expect("user", 1, clerk_id=bob.clerk_id)[0]
    erase(lab, ada)
    require_off_the_list(lab, moved.email)
    require_no_user(lab, ada)
    lab.db.expect_row("user", {"clerk_id": bob.clerk_id}, **row)
    lab.db.expect("post", 1, author_id=row["id"])
    customer, member = lab.stripe.customers[bob.customer.id], lab.newsletter.members.get(bob.email)
    lab.require(
        not customer.deleted and member is not None and member.status == "subscribed",
        en="the other user's customer at Stripe, and their address on the mailing list, though it "
        "was the erased user's before",
        fr="le client Stripe de l’autre personne et son adresse sur la liste, même si la personne "
        "effacée l’avait avant elle",
        got=f"deleted = {customer.deleted}; {member.status if member else '-'}",
    )
    # Nor who takes the address while the mailing list is away.
    carol = join(lab)
    lab.newsletter.fail(refuse=True)
    erase(lab, carol)
    dora = join(lab, email=carol.email, listed=False)
    lab.newsletter.recover()
    later(lab, DUE * BASE)
    lab.require(
        lab.newsletter.members.get(dora.email) is not None,
        en=f"{dora.email} on the mailing list: somebody has signed up with it since",
        fr=f"{dora.email} sur la liste : quelqu’un s’est inscrit depuis avec cette adresse",
        got=pick({"en": "it was erased for good", "fr": "elle a été effacée pour de bon"}),
    )


def test_late_events_bring_nobody_back(lab):
    ada = active(lab)
    post = send(lab, ada, "/posts", text="An early post").expect("2xx").value("id")
    events = [
        lab.clerk.user_updated(ada.signup, first_name=lab.draw.word()),
        lab.clerk.session_created(ada.signup),
        ada.signup,
        ada.signup.again(),
    ]
    # They come while the erasure waits for Stripe, and when it is done.
    lab.stripe.fail(refuse=True)
    erase(lab, ada)
    for event in events:
        deliver(lab, event)
    write_in_vain(lab, ada, post)
    lab.stripe.recover()
    later(lab, DUE * BASE)
    # What only the process remembers is forgotten now.
    lab.app.restart()
    for event in events:
        deliver(lab, event.again())
    write_in_vain(lab, ada, post)
    require_no_user(lab, ada)
    for table in ("post", "comment"):
        lab.db.expect(table, 0, text="A late one")
    lab.db.expect("upload", 0)
    require_no_trace(lab, ada)


def write_in_vain(lab, member, post):
    """Fail unless each of the member's requests is refused: they are still signed in."""
    for path, data in (
        ("/posts", {"text": "A late one"}),
        (f"/posts/{post}/comments", {"text": "A late one"}),
        ("/uploads", {"filename": "late.txt", "content": "A late one"}),
    ):
        send(lab, member, path, **data).expect("4xx")


def test_an_update_under_way_brings_nobody_back(lab):
    # Some write something before they look.
    for writes in (0, 1):
        ada = join(lab)
        update = lab.clerk.user_updated(ada.signup, first_name=lab.draw.word())
        deletion = lab.clerk.user_deleted(ada.signup)
        for answer in lab.deliver.overtaken(update, by=deletion, after=writes):
            answer.expect("2xx")
        lab.app.settle()
        cron(lab)
        lab.db.expect("user", 0)
        require_no_trace(lab, ada)


def test_a_deletion_before_the_signup_holds(lab):
    signup = lab.clerk.user_created()
    deliver(lab, lab.clerk.user_deleted(signup))
    deliver(lab, signup, note="Svix")
    lab.db.expect("user", 0)
    require_absent(lab, [signup.user_id, signup.email])
    lab.inbox.expect(0)
    # It holds for this person alone.
    join(lab)
