"""What an onboarding must be like, one claim a test. The titles for people are in rubric.toml."""

from datetime import timedelta
from functools import partial

from hooklab.texts import pick

from .helpers import (
    CHOSEN,
    IN_THE_APP,
    NOTHING_DONE,
    STEPS,
    ask,
    bearer,
    belated,
    came,
    choosing,
    completed,
    cron_at,
    due_at,
    newcomer,
    onboarding,
    posting,
    take,
)

TABLES = ("onboarding", "post", "premium_grant", "reminder")


# The schema


def is_unique(lab, table, *columns):
    """Fail unless the database allows one row of `table` for each value of `columns`, and no fewer
    than that.
    """
    keys = lab.db.schema(table).unique
    lab.require(
        set(columns) in keys and not any("clerk_id" in key and key < set(columns) for key in keys),
        en=f"in table “{table}”, at most one row for each {' and '.join(columns)}, "
        "ensured by a primary key, a unique constraint or a unique index",
        fr=f"dans la table « {table} », une ligne au plus par {' et '.join(columns)}, garantie par "
        "une clé primaire, une contrainte d’unicité ou un index unique",
        got=pick({"en": "its unique keys are: ", "fr": "ses clés uniques sont : "})
        + (", ".join(f"({', '.join(sorted(key))})" for key in keys) or "-"),
    )


def test_a_user_has_one_onboarding(lab):
    is_unique(lab, "onboarding", "clerk_id")


def test_a_user_has_one_reminder_of_a_kind(lab):
    is_unique(lab, "reminder", "clerk_id", "kind")


def test_a_user_has_one_premium_grant(lab):
    is_unique(lab, "premium_grant", "clerk_id")


def test_every_row_belongs_to_a_user(lab):
    parents = {
        table: {
            key.table for key in lab.db.schema(table).foreign_keys if key.columns == ("clerk_id",)
        }
        for table in TABLES
    }
    # By way of another table that leads there is right too.
    leading = {"user"}
    for _ in TABLES:
        leading |= {table for table in TABLES if parents[table] & leading}
    for table in TABLES:
        lab.require(
            table in leading,
            en=f"in table “{table}”, a foreign key from clerk_id to the table “user”",
            fr=f"dans la table « {table} », une clé étrangère de clerk_id vers la table « user »",
            got=pick({"en": "clerk_id leads to: ", "fr": "clerk_id mène à : "})
            + (", ".join(sorted(parents[table])) or "-"),
        )


def test_what_is_searched_for_has_an_index(lab):
    searches = {table: lab.db.schema(table).indexes for table in ("reminder", "post")}
    helped = {
        # Whatever narrows the search may come first, but not what belongs to one user.
        "reminder": any(
            "due_at" in index and not {"id", "clerk_id"} & set(index[: index.index("due_at")])
            for index in searches["reminder"]
        ),
        "post": any(index[0] == "clerk_id" for index in searches["post"]),
    }
    for table, en, fr in (
        (
            "reminder",
            "by which the cron finds what is due: due_at",
            "où le cron trouve ce qui est dû : due_at",
        ),
        (
            "post",
            "by which a user’s posts are found: clerk_id",
            "où l’on trouve les articles d’une personne : clerk_id",
        ),
    ):
        lab.require(
            helped[table],
            en=f"in table “{table}”, an index {en}",
            fr=f"dans la table « {table} », un index {fr}",
            got=pick({"en": "its indexes are: ", "fr": "ses index sont : "})
            + (", ".join(f"({', '.join(index)})" for index in searches[table]) or "-"),
        )


# The steps


def test_a_signup_begins_an_incomplete_onboarding(lab):
    who = came(lab)
    onboarding(lab, who, status="incomplete", **NOTHING_DONE)


def test_an_email_counts_once_its_primary_address_is_verified(lab):
    for facts in (
        {"verified": False},
        {"verified": None},
        {"emails": (lab.draw.address(), lab.draw.address()), "verified": False},
        {"via": "phone"},
    ):
        who = came(lab, **facts)
        onboarding(lab, who, email_verified=False)
    for facts in ({"verified": True}, {"verified": True, "via": "google"}):
        onboarding(lab, came(lab, **facts), email_verified=True)
    later = came(lab)
    take(lab, later, "email_verified")
    onboarding(lab, later, email_verified=True)


def test_a_profile_needs_both_names_and_a_photo(lab):
    for facts in (
        {"has_image": False},
        {"has_image": True, "first_name": None},
        {"has_image": True, "last_name": None},
        {"has_image": True, "first_name": " \t"},
    ):
        who = came(lab, **facts)
        onboarding(lab, who, profile_completed=False)
        names = {"first_name": lab.draw.word(), "last_name": lab.draw.word()}
        lab.deliver(lab.clerk.user_updated(who, has_image=True, **names)).expect("2xx")
        onboarding(lab, who, profile_completed=True)
    onboarding(lab, came(lab, has_image=True), profile_completed=True)


def test_preferences_count_once_they_are_set(lab):
    who, other = came(lab), came(lab)
    for chosen in ({"language": "en", "notifications": False}, CHOSEN | {"language": "fr"}):
        ask(choosing(lab, who, **chosen)).expect("2xx")
        lab.db.expect_row("user_preferences", {"clerk_id": who.user_id}, **chosen)
        onboarding(lab, who, **IN_THE_APP | {"preferences_set": True})
    onboarding(lab, other, **IN_THE_APP)


def test_the_first_post_counts(lab):
    who, other = came(lab), came(lab)
    for number, text in enumerate((lab.draw.word(), lab.draw.word()), start=1):
        ask(posting(lab, who, text)).expect("2xx")
        lab.db.expect("post", number, clerk_id=who.user_id)
        onboarding(lab, who, **IN_THE_APP | {"first_action_done": True})
    onboarding(lab, other, **IN_THE_APP)


def test_a_done_step_stays_done(lab):
    who = came(lab, *STEPS[:3])
    undone = {"has_image": False, "last_name": None}
    again = lab.clerk.user_updated(who, email=lab.draw.address(), verified=False, **undone)
    for event in (again, who, who.again()):
        lab.deliver(event).expect("2xx")
        onboarding(lab, who, **dict.fromkeys(STEPS[:3], True))
    late = newcomer(lab)
    take(lab, late, *STEPS)
    lab.deliver(late, note=belated()).expect("2xx")
    completed(lab, late)


def test_a_user_from_before_the_onboarding_is_taken_in(lab):
    old = newcomer(lab, at=lab.clock.now() - timedelta(days=700))
    take(lab, old, "email_verified")
    onboarding(lab, old, **IN_THE_APP | {"status": "incomplete"})
    new = came(lab)
    cron_at(lab, due_at(new) + timedelta(minutes=1))
    lab.inbox.expect(1, to=new.email)
    lab.inbox.expect(0, to=old.email)
    take(lab, old, *STEPS[1:])
    completed(lab, old)


def test_a_person_may_come_before_their_webhook(lab):
    for step in lab.draw.order(STEPS[2:]):
        early = newcomer(lab)
        take(lab, early, step)
        lab.deliver(early, note=belated()).expect("2xx")
        onboarding(lab, early, **IN_THE_APP | {"status": "incomplete", step: True})
        take(lab, early, *(other for other in STEPS if other != step))
        completed(lab, early)
    eager, signed_up = newcomer(lab), newcomer(lab)
    for answer in lab.together([choosing(lab, eager), posting(lab, eager)]):
        answer.expect("2xx")
    onboarding(lab, eager, **dict.fromkeys(STEPS[2:], True))
    for answer in lab.deliver.together([signed_up, signed_up.again()]):
        answer.expect("2xx")
    onboarding(lab, signed_up, **IN_THE_APP)


def test_nothing_brings_a_deleted_user_back(lab):
    gone, unseen = came(lab, "preferences_set"), newcomer(lab)
    onboarding(lab, gone, preferences_set=True)
    update = lab.clerk.user_updated(gone, verified=True, has_image=True)
    for who in (gone, unseen):
        lab.deliver(lab.clerk.user_deleted(who)).expect("2xx")
    left = everything(lab, gone, unseen)
    for event in (update, gone.again(), unseen):
        lab.deliver(event, note=belated()).expect("2xx")
    for who in (gone, unseen):
        for request in (choosing(lab, who), posting(lab, who)):
            ask(request).expect("4xx")
    found = everything(lab, gone, unseen)
    changed = [table for table in found if found[table] != left[table]]
    lab.require(
        not changed,
        en="the rows of deleted users as they were, after late deliveries and requests",
        fr="les lignes des personnes supprimées telles quelles, malgré livraisons et requêtes "
        "tardives",
        got="\n".join(f"{table}: {left[table]} → {found[table]}" for table in changed),
    )
    lab.db.expect("onboarding", 0, clerk_id=unseen.user_id)
    lab.db.expect("post", 0)
    lab.db.expect("premium_grant", 0)


def everything(lab, *people):
    """The rows of these people in each table, in any order."""
    return {
        table: sorted(
            str(sorted(row.items()))
            for who in people
            for row in lab.db.rows(table, clerk_id=who.user_id)
        )
        for table in ("user", "user_preferences", *TABLES)
    }


def test_nobody_acts_for_somebody_else(lab):
    who, other = came(lab), newcomer(lab)
    lab.deliver(other, change=lab.draw.forged()).expect("4xx")
    lab.db.expect("onboarding", 0, clerk_id=other.user_id)
    strangers = (
        {},
        {"authorization": f"Bearer {who.user_id}"},
        bearer(lab, who, secret=""),
        bearer(lab, who, secret=lab.draw.unlike(lab.settings["SESSION_SECRET"])),
        bearer(lab, who, hours=-1),
    )
    for headers in lab.draw.order(strangers):
        for method, path, data in (
            ("PUT", "/me/preferences", CHOSEN),
            ("POST", "/posts", {"text": "Hello"}),
        ):
            request = lab.app.later(method, path, data=data, headers=headers)
            request.result().expect("401", "403")
    lab.cron.obeys_its_secret_alone()
    lab.cron.is_closed_without_a_secret()
    onboarding(lab, who, **IN_THE_APP)
    take(lab, who, "preferences_set", "first_action_done")
    onboarding(lab, who, **dict.fromkeys(STEPS[2:], True))


# Completion


def last(lab, step):
    """Somebody who completes with `step`."""
    who = came(lab, *(other for other in STEPS if other != step))
    onboarding(lab, who, status="incomplete")
    lab.db.expect("premium_grant", 0, clerk_id=who.user_id)
    take(lab, who, step)
    completed(lab, who)


def test_the_last_step_may_come_from_clerk(lab):
    for step in lab.draw.order(STEPS[:2]):
        last(lab, step)


def test_the_last_step_may_come_from_the_app(lab):
    for step in lab.draw.order(STEPS[2:]):
        last(lab, step)


def test_three_steps_are_not_enough(lab):
    for missing in lab.draw.order(STEPS):
        who = came(lab, *reversed([step for step in STEPS if step != missing]))
        take(lab, who, *(step for step in STEPS[2:] if step != missing))
        lab.deliver(lab.clerk.user_updated(who, locale="fr-FR")).expect("2xx")
        onboarding(lab, who, **{"status": "incomplete", missing: False})
        lab.db.expect("premium_grant", 0, clerk_id=who.user_id)


def test_two_last_steps_at_once_complete(lab):
    # Some write something first: the race is then about a later write.
    for writes in (0, 1):
        who = came(lab, "email_verified", "profile_completed")
        for answer in lab.together([choosing(lab, who), posting(lab, who)], after=writes):
            answer.expect("2xx")
        completed(lab, who)
        other = came(lab, "profile_completed", "preferences_set")
        update = partial(lab.deliver.later, lab.clerk.user_updated(other, verified=True))
        for answer in lab.together([update, posting(lab, other)], after=writes):
            answer.expect("2xx")
        completed(lab, other)
    # In the race either may come last; here Clerk's step does, for certain.
    late = came(lab, "profile_completed", "preferences_set")
    update = partial(lab.deliver.later, lab.clerk.user_updated(late, verified=True))
    for answer in lab.overtaken(update, by=posting(lab, late)):
        answer.expect("2xx")
    completed(lab, late)


def test_premium_is_granted_once_when_requests_race(lab):
    who = came(lab, *STEPS[:3])
    for answer in lab.together([posting(lab, who, "One"), posting(lab, who, "Two")]):
        answer.expect("2xx")
    lab.db.expect("post", 2, clerk_id=who.user_id)
    completed(lab, who)
    other = came(lab, *STEPS[1:])
    update = lab.clerk.user_updated(other, verified=True)
    for answer in lab.deliver.together([update, update.again()]):
        answer.expect("2xx")
    completed(lab, other)


def test_later_events_leave_the_grant_as_it_was(lab):
    who = came(lab, *STEPS[1:])
    update = lab.clerk.user_updated(who, verified=True)
    lab.deliver(update).expect("2xx")
    first = completed(lab, who)
    for event in (
        update,
        update.again(),
        lab.clerk.user_updated(who, first_name=lab.draw.word()),
        who,
    ):
        lab.clock.advance(days=1)
        lab.deliver(event).expect("2xx")
    take(lab, who, "preferences_set", "first_action_done")
    now = completed(lab, who)
    lab.require(
        now.get("granted_at") == first.get("granted_at"),
        en=f"premium granted at {first.get('granted_at')}, also after later events",
        fr=f"premium accordé à {first.get('granted_at')}, même après d’autres événements",
        got=f"granted_at = {now.get('granted_at')}",
    )


def test_a_crash_completes_all_or_nothing(lab):
    for writes in range(2, 12):
        who = came(lab, *STEPS[1:])
        update = lab.clerk.user_updated(who, verified=True)
        with lab.database.hold_writes(after=writes) as held:
            is_held = held(lab.deliver.later(update))
            lab.app.kill()
        status = onboarding(lab, who).get("status")
        grants = lab.db.rows("premium_grant", clerk_id=who.user_id)
        lab.require(
            (status == "completed") == (len(grants) == 1),
            en="after a crash between two writes: the onboarding completed and premium granted, or "
            "neither",
            fr="après un plantage entre deux écritures : l’onboarding terminé et le premium "
            "accordé, ou ni l’un ni l’autre",
            got=f"status = {status!r}, premium_grant: {len(grants)}",
        )
        lab.app.restart()
        lab.deliver(update, note="Svix").expect("2xx")
        completed(lab, who)
        if not is_held:
            # So many writes it does not have.
            break
