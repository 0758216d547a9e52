import json
import re
from datetime import UTC, datetime

import pytest

from hooklab.sender import ClerkEvent


@pytest.fixture
def signup(clerk):
    return clerk.user_created(
        first_name="Zoé", last_name="O'Łucja & <Fils>", email="zoe@example.com"
    )


def test_the_body_is_the_payload_and_nothing_else(signup):
    assert json.loads(signup.body) == signup.payload


@pytest.mark.parametrize("ensure_ascii", [True, False], ids=["ascii", "raw"])
@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")], ids=["spaced", "compact"])
def test_no_reserialised_body_equals_the_sent_one(signup, ensure_ascii, separators):
    again = json.dumps(json.loads(signup.body), ensure_ascii=ensure_ascii, separators=separators)
    assert again != signup.body


def test_letters_are_sent_both_escaped_and_raw(signup):
    assert r"Zo\u00e9" in signup.body
    assert "Łucja" in signup.body
    assert r"\u0026 \u003cFils\u003e" in signup.body


def test_half_a_surrogate_pair_can_be_sent(signup):
    assert rb"\ud83d" in signup.changed(first_name="\ud83d").body.encode()


def test_the_address_is_the_primary_one_wherever_it_stands(clerk):
    signup = clerk.user_created(emails=("old@example.com", "new@example.com", "x@example.com"))
    assert signup.email == "x@example.com"
    primary_in_the_middle = clerk.user_created(emails=("a@x", "b@x", "c@x"), email="b@x")
    assert primary_in_the_middle.email == "b@x"


def test_an_id_that_points_at_no_address_gives_none(signup):
    """The specification's own example of user.created is like this."""
    assert signup.changed(email_addresses=[]).email is None


def test_a_session_knows_its_user(clerk, signup):
    session = clerk.session_created(signup)
    assert (session.user_id, session.email) == (signup.user_id, signup.email)
    assert session.name == signup.name == "Zoé O'Łucja & <Fils>"


def test_a_deletion_has_an_id_and_nothing_more(clerk, signup):
    deletion = clerk.user_deleted(signup)
    assert deletion.user_id == signup.user_id
    assert (deletion.email, deletion.name, deletion.updated_at_ms) == (None, None, None)


def test_an_event_about_nobody_has_no_user(clerk):
    role = clerk.other("role.created", {"id": "role_1", "object": "role"})
    assert (role.user_id, role.email, role.name) == (None, None, None)


def test_a_name_may_be_half_there_or_missing(signup):
    assert signup.changed(first_name=None).name == "O'Łucja & <Fils>"
    assert signup.changed(first_name=None, last_name=None).name is None


def test_again_is_the_same_change_under_a_new_message_id_each_time(signup):
    copies = [signup.again() for _ in range(8)]
    assert len({signup.message_id, *(copy.message_id for copy in copies)}) == 9
    assert {copy.body for copy in copies} == {signup.body}


def test_changed_replaces_keys_of_the_data_in_a_copy(signup):
    before = signup.body
    renamed = signup.changed(first_name="Ada")
    assert renamed.data["first_name"] == "Ada"
    assert renamed.message_id == signup.message_id
    assert signup.changed(first_name="Ada", new_id=True).message_id != signup.message_id
    assert signup.body == before


def test_changed_shares_nothing_with_what_it_was_given(signup):
    metadata = {"plan": "free"}
    changed = signup.changed(public_metadata=metadata)
    metadata["plan"] = "gold"
    changed.data["email_addresses"].clear()
    assert changed.data["public_metadata"] == {"plan": "free"}
    assert signup.email == "zoe@example.com"


def test_renamed_changes_the_type_in_the_envelope_too(signup):
    later = signup.renamed("user.promoted")
    assert (later.type, later.payload["type"]) == ("user.promoted", "user.promoted")
    assert signup.payload["type"] == "user.created"


def test_with_body_sends_exactly_that_text(signup):
    text = ' {"type" : "user.created",\n"data": {"first_name":"\\u00e9"} } '
    assert signup.with_body(text).body == text
    assert signup.with_body("not JSON").changed(first_name="Ada").data["first_name"] == "Ada"


def test_an_event_made_by_hand_can_be_sent_again():
    event = ClerkEvent("msg_1", "x.y", {"data": {}}, datetime(2026, 1, 1, tzinfo=UTC))
    assert re.fullmatch(r"msg_[0-9A-Za-z]{27}", event.again().message_id)
