"""What the table of users must hold, one claim a test. The titles are in rubric.toml."""

from .helpers import expect_stored, expect_unchanged, ignored_event, row_of

# Events


def test_a_new_user_is_stored(lab):
    # People decide how their names are written.
    first, last, name = lab.draw.word(), lab.draw.word(), lab.draw.word()
    signup = lab.clerk.user_created(first_name=first.lower(), last_name=last.lower())
    other = lab.clerk.user_created(first_name=f"De{first}", last_name=f"Mc{name}")
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    for event in (signup, other):
        expect_stored(lab, event, "email", "first_name", "last_name", "version")


def test_the_primary_address_is_kept_wherever_it_stands(lab):
    one, two, three, four, five = (lab.draw.address() for _ in range(5))
    # An address is kept as it is written.
    last = lab.clerk.user_created(emails=(one, two.title()))
    first = lab.clerk.user_created(emails=(three, four), email=three)
    nowhere = lab.clerk.user_created(emails=(five,), email=None)
    # However Clerk came to know it.
    by_google, by_an_admin = (lab.clerk.user_created(via=via) for via in ("google", "dashboard"))
    for signup in lab.draw.order((last, first, nowhere, by_google, by_an_admin)):
        verification = signup.data["email_addresses"][0]["verification"]
        lab.deliver(signup, note=f"verification: {verification['strategy']}").expect("2xx")
        expect_stored(lab, signup, "email")


def test_a_user_without_address_or_names_is_stored(lab):
    nobody = lab.clerk.user_created(via="phone", first_name=None, last_name=None)
    # A user name is no first name.
    by_username = lab.clerk.user_created(via="username", first_name=None, last_name=None)
    dangling = lab.clerk.user_created().changed(email_addresses=[])
    lab.deliver(nobody).expect("2xx")
    lab.deliver(by_username, note=f"username: {by_username.data['username']}").expect("2xx")
    lab.deliver(dangling, note="email_addresses: []").expect("2xx")
    for event in (nobody, by_username, dangling):
        expect_stored(lab, event, "email", "first_name", "last_name")


def test_an_update_changes_the_user(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    row = row_of(lab, other)
    update = lab.clerk.user_updated(signup, first_name=f"{lab.draw.word()}ë", last_name=None)
    lab.deliver(update).expect("2xx")
    expect_stored(lab, update, "email", "first_name", "last_name", "version")
    # Whoever had an address and names may lose them all.
    bare = lab.clerk.user_updated(update, first_name=None, last_name=None, email=None)
    lab.deliver(bare, note="− first_name, − last_name, − email").expect("2xx")
    expect_stored(lab, bare, "email", "first_name", "last_name", "version")
    expect_unchanged(lab, row)


def test_a_deletion_removes_the_user(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.deliver(other).expect("2xx")
    row_of(lab, signup)
    row = row_of(lab, other)
    lab.deliver(lab.clerk.user_deleted(signup)).expect("2xx")
    lab.db.expect("user", 0, clerk_id=signup.user_id)
    expect_unchanged(lab, row)


def test_an_unknown_type_is_ignored(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    row = row_of(lab, signup)
    newer = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    lab.deliver(newer.renamed("user.promoted")).expect("2xx")
    lab.deliver(lab.clerk.session_created(signup)).expect("2xx")
    lab.deliver(ignored_event(lab)).expect("2xx")
    lab.deliver(lab.clerk.other(f"{lab.draw.word().lower()}.done", {})).expect("2xx")
    expect_unchanged(lab, row)
    lab.db.expect("user", 1)


# Idempotence

# That old news is a success too is the claim of another check.
TAKEN = ("2xx", "4xx")


def test_the_same_message_twice_changes_nothing(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    row = row_of(lab, signup)
    lab.deliver(signup, note="× 2").expect(*TAKEN)
    lab.deliver(signup.again(), note="× 3, svix-id ≠").expect(*TAKEN)
    lab.db.expect("user", 1)
    expect_unchanged(lab, row)


def test_eight_deliveries_at_once_leave_the_newest_version(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    for answer in lab.deliver.together([signup] * 8):
        answer.expect(*TAKEN)
    lab.db.expect("user", 1)
    lab.deliver(other).expect(*TAKEN)
    updates = [lab.clerk.user_updated(other, first_name=lab.draw.word()) for _ in range(8)]
    for answer in lab.deliver.together(updates):
        answer.expect(*TAKEN)
    expect_stored(lab, updates[-1], "first_name")
    # Luck decides who wins above. Here the older one has looked before the newer one writes; and
    # an app may write something before it looks.
    for writes in range(3):
        older, newer = (lab.clerk.user_updated(other, first_name=lab.draw.word()) for _ in range(2))
        for answer in lab.deliver.overtaken(older, by=newer, after=writes):
            answer.expect(*TAKEN)
        expect_stored(lab, newer, "first_name")
    row_of(lab, signup)


def test_an_older_update_does_not_overwrite_a_newer_one(lab):
    signup = lab.clerk.user_created()
    first = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    second = lab.clerk.user_updated(signup, first_name=lab.draw.word())
    same = second.changed(new_id=True, first_name=lab.draw.word())
    for event in (signup, second, first, signup.again(), same):
        lab.deliver(event).expect(*TAKEN)
    expect_stored(lab, second, "first_name")


def test_an_update_before_its_creation_is_stored(lab):
    signup = lab.clerk.user_created()
    update = lab.clerk.user_updated(signup, last_name=lab.draw.word())
    lab.deliver(update).expect(*TAKEN)
    expect_stored(lab, update, "last_name")
    lab.deliver(signup).expect(*TAKEN)
    expect_stored(lab, update, "last_name")


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
