"""Who is stored, and what the e-mail says. One claim a test; the titles are in rubric.toml."""

from html import escape, unescape

from hooklab.grading.inbox import content

from .helpers import cron, queued, stored, welcome

# User and preferences


def test_a_signup_creates_user_and_preferences(lab):
    signup = lab.clerk.user_created()
    other = lab.clerk.user_created(last_name=None)
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    stored(lab, signup)
    stored(lab, other)


def test_a_signup_is_written_whole_or_not_at_all(lab):
    for writes in (0, 1, 2):
        signup = lab.clerk.user_created()
        with lab.database.hold_writes(after=writes) as held:
            delivery = lab.deliver.later(signup)
            held(delivery)
            # Who answers before the commit has answered by now.
            answered = lab.wait([delivery], timeout=0.5).done
            lab.app.kill()
        found = {
            table: len(lab.db.rows(table, clerk_id=signup.user_id))
            for table in ("user", "user_preferences", "email_queue")
        }
        lab.require(
            len(set(found.values())) == 1,
            en="after a crash between two writes: the user, the preferences and the row of the "
            "queue, or none of them",
            fr="après un plantage entre deux écritures : l’utilisateur, ses préférences et la "
            "ligne de la file, ou rien du tout",
            got=", ".join(f"{table}: {count}" for table, count in found.items()),
        )
        lab.require(
            all(found.values()) or not (answered and delivery.result().ok),
            en="the three rows before the answer 2xx: after it, Svix sends nothing again",
            fr="les trois lignes avant la réponse 2xx : après elle, Svix n’envoie plus rien",
            got=", ".join(f"{table}: {count}" for table, count in found.items()),
        )
        lab.app.restart()
        lab.deliver(signup, note="Svix").expect("2xx")
        stored(lab, signup)
        queued(lab, signup)


def test_a_user_without_address_is_stored_and_gets_no_mail(lab):
    by_phone = lab.clerk.user_created(via="phone")
    dangling = lab.clerk.user_created().changed(email_addresses=[])
    for signup in (by_phone, dangling):
        welcome(lab, signup)
        stored(lab, signup)
    lab.inbox.expect(0)


def test_other_events_and_forged_ones_change_nothing(lab):
    signup = lab.clerk.user_created()
    for event in (
        lab.clerk.user_updated(signup, first_name=lab.draw.word()),
        lab.clerk.session_created(signup),
        lab.clerk.user_deleted(signup),
    ):
        lab.deliver(event).expect("2xx")
    lab.deliver(signup, change=lab.draw.forged()).expect("4xx")
    cron(lab)
    lab.db.expect("user", 0)
    lab.db.expect("email_queue", 0)
    lab.inbox.expect(0)


# The e-mail


def test_the_mail_goes_to_the_primary_address_alone(lab):
    sender = lab.draw.address()
    lab.app.restart(MAIL_FROM=sender)
    signup = lab.clerk.user_created(emails=(lab.draw.address(), lab.draw.address()))
    welcome(lab, signup)
    mail = lab.inbox.expect(1)[0]
    lab.require(
        mail.to == (signup.email,) and sender in mail.header("from"),
        en=f"an e-mail from {sender} to the primary address, {signup.email}",
        fr=f"un e-mail de {sender} à l’adresse principale, {signup.email}",
        got=f"{mail.header('from')} → {', '.join(mail.to)}",
    )


def test_the_mail_says_how_to_start(lab):
    name = f"N'{lab.draw.word()}ë"
    signup = lab.clerk.user_created(first_name=name)
    welcome(lab, signup)
    mail = lab.inbox.expect(1, to=signup.email)[0]
    lab.require(
        mail.subject.strip() and mail.text.strip(),
        en="an e-mail with a subject and a text part",
        fr="un e-mail avec un objet et une partie texte",
        got=mail.raw.decode(errors="replace"),
    )
    for wanted in (
        lab.settings["APP_URL"],
        lab.settings["DOCS_URL"],
        lab.settings["WELCOME_OFFER_CODE"],
        name,
    ):
        lab.require(
            wanted in content(mail) or wanted in unescape(mail.html),
            en=f"an e-mail that contains {wanted}",
            fr=f"un e-mail qui contient {wanted}",
            got=content(mail),
        )
    lab.require(
        escape(name) not in mail.text and unescape(mail.text) == mail.text,
        en=f"a text part that is no HTML, and names {name!r} as it is",
        fr=f"une partie texte qui n’est pas du HTML, et nomme {name!r} tel quel",
        got=mail.text,
    )


def test_a_user_without_first_name_is_greeted_without_one(lab):
    ada, nobody = lab.clerk.user_created(), lab.clerk.user_created(first_name=None)
    welcome(lab, ada)
    welcome(lab, nobody)
    usual = content(lab.inbox.expect(1, to=ada.email)[0])
    unnamed = content(lab.inbox.expect(1, to=nobody.email)[0])
    for word in ("None", "null", "undefined"):
        lab.require(
            word not in unnamed or word in usual,
            en="a greeting without a name",
            fr="une formule d’accueil sans nom",
            got=unnamed,
        )


def test_a_hostile_first_name_does_no_harm(lab):
    victim, name = lab.draw.address(), lab.draw.word()
    names = (f"<script>{name}()</script>", f"{name}\r\nBcc: {victim}", f"{victim}, {name}")
    for name in lab.draw.order(names):
        signup = lab.clerk.user_created(first_name=name)
        welcome(lab, signup)
        mail = lab.inbox.expect(1, to=signup.email)[0]
        lab.require(
            mail.to == (signup.email,) and not mail.header("bcc"),
            en=f"an e-mail to its user alone when the first name is {name!r}",
            fr=f"un e-mail à son seul utilisateur quand le prénom est {name!r}",
            got=f"{', '.join(mail.to)} (Bcc: {mail.header('bcc') or '-'})",
        )
        lab.require(
            "<script>" not in mail.html.lower(),
            en="a first name that is escaped in HTML",
            fr="un prénom échappé dans le HTML",
            got=mail.html,
        )


def test_an_imported_user_gets_no_welcome(lab):
    imported = lab.clerk.user_created(via="import", public_metadata={"imported": True})
    liar = lab.clerk.user_created(unsafe_metadata={"imported": True})
    welcome(lab, imported)
    welcome(lab, liar)
    stored(lab, imported)
    lab.inbox.expect(0, to=imported.email)
    lab.inbox.expect(1, to=liar.email)
    for metadata in lab.draw.order(({"imported": False}, {"imported": None}, {"import": True})):
        signup = lab.clerk.user_created(public_metadata=metadata)
        welcome(lab, signup, note=f"public_metadata: {metadata}")
        lab.inbox.expect(1, to=signup.email)
