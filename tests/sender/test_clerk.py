import re
from datetime import UTC, datetime, timedelta

import pytest

from hooklab.sender import SAMPLES, Clerk, crowd

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def everything(clerk):
    """Make one event of each factory; return their exact bodies and ids."""
    crowd(clerk, 20)
    user = clerk.user_created()
    caller = clerk.user_created(via="phone")
    clerk.user_updated(user, email="new@example.com", locked=True)
    session = clerk.session_created(user)
    clerk.session_pending(user)
    clerk.session_ended(session)
    clerk.session_removed(user)
    clerk.session_revoked(session.data["id"])
    clerk.email_created(user)
    clerk.sms_created(caller)
    entry = clerk.waitlist_entry_created()
    clerk.waitlist_entry_updated(entry)
    clerk.other("role.created", {"id": "role_1"})
    clerk.user_deleted(user)
    return [(event.message_id, event.body) for event in clerk.events]


def test_the_same_seed_gives_the_same_events_to_the_letter():
    one, same, other = (Clerk(seed, lambda: START) for seed in (1, 1, 2))
    assert everything(one) == everything(same)
    assert one.events[0].body != everything(other)[0][1]


def test_an_extra_message_id_changes_nothing_but_message_ids():
    plain, disturbed = Clerk(1, lambda: START), Clerk(1, lambda: START)
    plain.user_created()
    disturbed.user_created().again()
    assert plain.user_created().body == disturbed.user_created().body


def test_ids_have_the_form_of_clerks_and_svixs(clerk):
    signup = clerk.user_created()
    assert re.fullmatch(r"msg_[0-9A-Za-z]{27}", signup.message_id)
    assert re.fullmatch(r"user_[0-9A-Za-z]{27}", signup.data["id"])
    assert re.fullmatch(r"ins_[0-9A-Za-z]{27}", clerk.instance_id)


def test_ids_sort_by_time(clerk, clock):
    first = clerk.user_created()
    clock.advance(seconds=1)
    assert first.data["id"] < clerk.user_created().data["id"]


def test_no_two_ids_are_equal(clerk):
    events = crowd(clerk, 300)
    assert len({event.message_id for event in events}) == 300
    assert len({event.user_id for event in events}) == 300


def test_the_envelope_has_every_field_in_the_order_of_captures(clerk):
    signup = clerk.user_created()
    assert list(signup.payload) == [
        "data",
        "event_attributes",
        "instance_id",
        "object",
        "timestamp",
        "type",
    ]
    assert signup.payload["object"] == "event"
    assert signup.payload["instance_id"] == clerk.instance_id
    assert set(signup.payload["event_attributes"]["http_request"]) == {"client_ip", "user_agent"}


@pytest.mark.parametrize("make", ["user_updated", "user_deleted", "session_created"])
def test_attributes_can_be_left_out(clerk, make):
    user = clerk.user_created(attributes=False)
    assert "event_attributes" not in user.payload
    assert "event_attributes" not in getattr(clerk, make)(user, attributes=False).payload


def test_the_three_times_differ_and_none_is_in_the_future(clerk, clock):
    signup = clerk.user_created()
    times = (signup.data["created_at"], signup.data["updated_at"], signup.payload["timestamp"])
    now = int(clock().timestamp() * 1000)
    assert times == (now - 36, now - 17, now)
    assert signup.occurred_at == clock() - timedelta(milliseconds=36)


def test_a_given_moment_is_the_exact_time_of_creation(clerk):
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    signup = clerk.user_created(at=midnight)
    session = clerk.session_created(signup, at=midnight.astimezone(tz=None))
    assert signup.data["created_at"] == session.data["created_at"] == 1772323200000
    assert signup.occurred_at == session.occurred_at == midnight


def test_a_naive_moment_is_refused_before_anything_changes(clerk):
    user = clerk.user_created()
    with pytest.raises(ValueError, match="time zone"):
        clerk.user_deleted(user, at=datetime(2026, 3, 1))
    assert clerk.user(user)["id"] == user.user_id


# Users


def test_none_can_be_asked_for(clerk):
    user = clerk.user_created(
        first_name=None, last_name=None, email=None, private_metadata=None, external_id=None
    )
    assert user.name is None
    assert user.email is None
    assert user.data["private_metadata"] is None
    assert user.data["email_addresses"] == []


def test_addresses_may_be_there_without_a_primary_one(clerk):
    user = clerk.user_created(emails=("a@example.com",), email=None)
    assert len(user.data["email_addresses"]) == 1
    assert user.email is None


@pytest.mark.parametrize(
    ("verified", "expected"), [(True, "verified"), (False, "unverified"), (None, None)]
)
def test_only_the_primary_address_takes_the_asked_for_status(clerk, verified, expected):
    user = clerk.user_created(emails=("a@example.com", "b@example.com"), verified=verified)
    other, primary = (entry["verification"] for entry in user.data["email_addresses"])
    assert (primary and primary["status"]) == expected
    assert other["status"] == "verified"


@pytest.mark.parametrize(
    ("via", "strategy"),
    [
        ("email", "email_code"),
        ("google", "from_oauth_google"),
        ("google_2025", "from_oauth_google"),
        ("google_legacy", "from_oauth_google"),
        ("saml", "saml"),
        ("dashboard", "admin"),
        ("api", "admin"),
        ("import", "admin"),
    ],
)
def test_each_way_in_proves_the_address_in_its_own_way(clerk, via, strategy):
    (entry,) = clerk.user_created(via=via).data["email_addresses"]
    assert entry["verification"]["strategy"] == strategy
    assert entry["verification"]["status"] == "verified"


@pytest.mark.parametrize(
    ("via", "entries", "primary"),
    [
        ("phone", "phone_numbers", "primary_phone_number_id"),
        ("web3", "web3_wallets", "primary_web3_wallet_id"),
    ],
)
def test_some_ways_in_bring_no_address(clerk, via, entries, primary):
    user = clerk.user_created(via=via)
    assert user.email is None
    assert user.data[primary] == user.data[entries][0]["id"]


def test_an_unknown_way_in_is_refused_with_those_that_are(clerk):
    with pytest.raises(ValueError, match=r"via='fax' is unknown; use one of email, google"):
        clerk.user_created(via="fax")
    assert clerk.users == []


def test_a_user_by_username_has_that_alone(clerk):
    user = clerk.user_created(via="username")
    assert user.data["username"]
    assert user.email is None


def test_google_users_have_a_provider_today_and_had_none_before(clerk):
    (today,) = clerk.user_created(via="google").data["external_accounts"]
    assert today["provider"] == "oauth_google"
    legacy = clerk.user_created(via="google_legacy")
    (old,) = legacy.data["external_accounts"]
    assert "provider" not in old
    (between,) = clerk.user_created(via="google_2025").data["external_accounts"]
    assert between["provider"] == "oauth_google"
    assert old["object"] == between["object"] == "google_account"
    for account in (today, between, old):
        assert account["verification"]["attempts"] is None
        assert account["verification"]["expire_at"] is not None
    assert clerk.user(legacy)["external_accounts"][0]["provider"] == "oauth_google"


def test_saml_users_have_both_kinds_of_account(clerk):
    user = clerk.user_created(via="saml").data
    assert len(user["saml_accounts"]) == len(user["enterprise_accounts"]) == 1


def test_a_sign_up_is_as_captures_show_it(clerk):
    data = clerk.user_created().data
    assert data["last_active_at"] == data["created_at"]
    nulls = ("last_sign_in_at", "legal_accepted_at", "private_metadata")
    assert [data[name] for name in nulls] == [None] * 3


@pytest.mark.parametrize("via", ["dashboard", "api", "import"])
def test_a_user_made_by_a_server_has_never_signed_in(clerk, via):
    user = clerk.user_created(via=via)
    assert user.data["last_sign_in_at"] is None
    agent = user.payload["event_attributes"]["http_request"]["user_agent"]
    assert not agent.startswith("Mozilla")


def test_an_import_keeps_the_id_of_the_former_system(clerk):
    assert clerk.user_created(via="import").data["external_id"].startswith("legacy_")
    assert clerk.user_created(via="import", external_id="42").data["external_id"] == "42"


def test_a_picture_is_told_by_has_image_alone(clerk):
    without, chosen = clerk.user_created(), clerk.user_created(has_image=True)
    assert without.data["image_url"]
    assert (without.data["has_image"], chosen.data["has_image"]) == (False, True)


def test_addresses_are_unique_and_reach_nobody(clerk):
    addresses = [event.email for event in crowd(clerk, 400) if event.email]
    assert len(set(addresses)) == len(addresses)
    domains = {".".join(address.split(".")[-2:]) for address in addresses}
    assert domains == {"example.com", "example.org", "example.net"}


def test_nobody_has_the_address_of_somebody_in_another_run(clock):
    runs = [crowd(Clerk(seed, clock), 400) for seed in (1, 2)]
    one, other = ({event.email for event in run if event.email} for run in runs)
    assert one.isdisjoint(other)


def test_people_have_names_of_every_kind(clerk):
    names = " ".join(clerk.user_created().name for _ in range(60))
    assert [mark for mark in "é-'łüñΕОف山अ" if mark not in names] == []
    assert "von der Heide" in names


# What follows from a change


def test_an_update_lasts(clerk, clock):
    signup = clerk.user_created(first_name="Ada")
    clock.advance(hours=1)
    update = clerk.user_updated(signup, first_name="Grace", public_metadata={"plan": "gold"})
    assert update.type == "user.updated"
    assert update.data | {"first_name": "Ada", "public_metadata": {}} == signup.data | {
        "updated_at": update.updated_at_ms
    }
    session = clerk.session_created(signup)
    assert session.data["user"]["first_name"] == "Grace"
    assert signup.data["first_name"] == "Ada"


def test_versions_grow_even_when_the_clock_stands_still(clerk):
    events = [clerk.user_created()]
    events += [clerk.user_updated(events[0], first_name=str(n)) for n in range(5)]
    events.append(clerk.user_updated(events[0], first_name="past", at=START - timedelta(days=1)))
    versions = [event.updated_at_ms for event in events]
    assert versions == sorted(set(versions))
    assert all(event.payload["timestamp"] > event.updated_at_ms for event in events)


def test_a_new_address_becomes_primary_and_the_old_one_stays(clerk):
    signup = clerk.user_created(email="old@example.com")
    update = clerk.user_updated(signup, email="new@example.com", verified=False)
    assert update.email == "new@example.com"
    entries = [
        (e["email_address"], e["verification"]["status"]) for e in update.data["email_addresses"]
    ]
    assert entries == [("old@example.com", "verified"), ("new@example.com", "unverified")]
    assert (
        clerk.user_updated(signup, verified=True).data["email_addresses"][1]["verification"][
            "status"
        ]
        == "verified"
    )
    back = clerk.user_updated(signup, email="old@example.com")
    assert back.email == "old@example.com"
    assert len(back.data["email_addresses"]) == 2
    assert clerk.user_updated(signup, email=None).email is None


def test_a_lock_and_a_picture_change_what_goes_with_them(clerk):
    signup = clerk.user_created()
    update = clerk.user_updated(signup, locked=True, banned=True, has_image=True)
    assert update.data["lockout_expires_in_seconds"] == 3600
    assert update.data["banned"]
    assert update.data["image_url"] != signup.data["image_url"]


def test_a_deleted_user_leaves_and_takes_only_an_id_along(clerk):
    plain, known = clerk.user_created(), clerk.user_created(external_id="crm-7")
    assert clerk.user_deleted(plain).data == {
        "deleted": True,
        "id": plain.user_id,
        "object": "user",
    }
    assert clerk.user_deleted(known.user_id, by="user").data["external_id"] == "crm-7"
    assert clerk.users == []
    with pytest.raises(LookupError, match="before the deletion"):
        clerk.user_updated(plain, first_name="Zombie")


def test_the_directory_cannot_be_changed_from_outside(clerk):
    signup = clerk.user_created(public_metadata={"plan": "free"})
    signup.data["public_metadata"]["plan"] = "gold"
    clerk.users[0]["public_metadata"]["plan"] = "gold"
    clerk.user(signup)["public_metadata"]["plan"] = "gold"
    assert clerk.user(signup)["public_metadata"] == {"plan": "free"}


def test_a_user_may_be_named_in_three_ways(clerk):
    signup = clerk.user_created()
    shown = clerk.user(signup)
    assert clerk.user(signup.user_id) == clerk.user(shown) == clerk.users[0] == shown
    assert clerk.user(clerk.session_created(shown))["id"] == signup.user_id


def test_an_event_about_nobody_names_no_user(clerk):
    with pytest.raises(LookupError, match="not about a user"):
        clerk.user(clerk.waitlist_entry_created())


# Sessions


def test_a_session_says_where_it_began(clerk):
    user = clerk.user_created()
    session = clerk.session_created(user, country="SN", ip="203.0.113.9")
    activity = session.data["latest_activity"]
    assert (activity["country"], activity["city"]) == ("SN", "Dakar")
    request = session.payload["event_attributes"]["http_request"]
    assert activity["ip_address"] == request["client_ip"] == "203.0.113.9"
    assert activity["browser_name"].split()[-1] in request["user_agent"]


def test_what_clerk_cannot_tell_is_left_out(clerk):
    user = clerk.user_created()
    unknown = clerk.session_created(user, country=None).data["latest_activity"]
    assert "country" not in unknown
    assert "city" not in unknown
    assert clerk.session_created(user, activity=False).data["latest_activity"] is None


def test_a_session_of_staff_names_them_as_actor(clerk):
    user = clerk.user_created()
    assert clerk.session_created(user).data["actor"] is None
    assert (
        clerk.session_created(user, impersonator="user_staff").data["actor"]["sub"] == "user_staff"
    )


def test_signing_in_is_remembered_without_a_new_version(clerk, clock):
    user = clerk.user_created(via="dashboard")
    clock.advance(days=1)
    session = clerk.session_created(user)
    shown = clerk.user(user)
    assert shown == session.data["user"]
    assert shown["last_sign_in_at"] == session.data["created_at"]
    assert shown["last_active_at"] == session.data["created_at"]
    assert shown["updated_at"] == user.updated_at_ms


@pytest.mark.parametrize("end", ["ended", "removed", "revoked"])
def test_a_session_ends_under_its_own_id_and_without_activity(clerk, clock, end):
    user = clerk.user_created()
    first, second = clerk.session_created(user), clerk.session_created(user)
    clock.advance(minutes=5)
    over = getattr(clerk, f"session_{end}")(first)
    assert over.type == f"session.{end}"
    assert (over.data["id"], over.data["status"]) == (first.data["id"], end)
    assert over.data["latest_activity"] is None
    assert over.updated_at_ms > first.updated_at_ms
    assert getattr(clerk, f"session_{end}")(user).data["id"] == second.data["id"]


def test_ending_what_never_began_is_refused(clerk):
    with pytest.raises(LookupError, match="no session"):
        clerk.session_ended(clerk.user_created())


# Messages


def test_an_email_carries_its_code_in_clear(clerk):
    user = clerk.user_created()
    mail = clerk.email_created(user)
    code = mail.data["data"]["otp_code"]
    assert code in mail.data["subject"]
    assert code in mail.data["body"]
    assert mail.data["to_email_address"] == user.email
    assert mail.user_id == user.user_id
    assert "otp_code" not in clerk.email_created(user, slug="password_changed").data["data"]


def test_a_text_message_goes_to_the_primary_number(clerk):
    caller = clerk.user_created(via="phone")
    text = clerk.sms_created(caller)
    assert text.data["to_phone_number"] == caller.data["phone_numbers"][0]["phone_number"]
    assert text.data["data"]["otp_code"] in text.data["message"]


def test_nothing_is_sent_to_an_address_that_is_not_there(clerk):
    with pytest.raises(ValueError, match="primary_email_address_id"):
        clerk.email_created(clerk.user_created(email=None))


def test_a_waitlist_entry_is_invited(clerk):
    entry = clerk.waitlist_entry_created(email="soon@example.com")
    assert entry.data["status"] == "pending"
    update = clerk.waitlist_entry_updated(entry)
    assert update.data["id"] == entry.data["id"]
    assert update.data["invitation"]["email_address"] == "soon@example.com"
    assert update.updated_at_ms > entry.updated_at_ms


def test_any_other_type_can_be_made(clerk):
    event = clerk.other("session.teleported", {"id": "x_1", "object": "x"})
    assert event.payload["type"] == "session.teleported"
    assert event.data == {"id": "x_1", "object": "x"}


@pytest.mark.parametrize("type_", SAMPLES)
def test_a_sample_is_new_each_time_and_the_same_for_a_seed(type_):
    one, same, other = (Clerk(seed, lambda: START).sample(type_) for seed in (1, 1, 2))
    assert one.body == same.body
    assert one.data["id"] != other.data["id"]
    assert one.data.get("updated_at", one.payload["timestamp"] - 36) == 1772445599964


def test_a_sample_may_be_about_what_there_is_already(clerk):
    founder = clerk.user_created(first_name="Ada")
    organization = clerk.sample("organization.created", about=[founder])
    member = clerk.sample("organizationMembership.created", about=[founder, organization])
    gone = clerk.sample("organizationMembership.deleted", about=[founder, organization, member])
    assert organization.data["created_by"] == founder.user_id
    assert member.data["organization"]["id"] == organization.data["id"]
    assert member.data["public_user_data"]["user_id"] == founder.user_id
    assert member.data["public_user_data"]["first_name"] == "Ada"
    assert gone.data["id"] == member.data["id"]
