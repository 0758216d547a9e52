"""Mailchimp's Marketing API, with Mailchimp's own client."""

import json

import pytest
from mailchimp_marketing.api_client import ApiClientError

from hooklab.services import Settings
from hooklab.services.mailchimp import mailchimp_client
from hooklab.world import World

# Of Mailchimp's own documentation.
EMAIL, HASH = "Urist.McVankab@freddiesjokes.com", "62eeb292278cc15f5817cb78f7790b08"


@pytest.fixture
def newsletter(world):
    return world.newsletter


@pytest.fixture
def settings(newsletter):
    return Settings(
        _env_file=None,
        mailchimp_api_key=newsletter.api_key,
        mailchimp_api_url=newsletter.url,
        mailchimp_list_id=newsletter.list_id,
    )


@pytest.fixture
def lists(settings):
    return mailchimp_client(settings).lists


@pytest.fixture
def list_id(newsletter):
    return newsletter.list_id


@pytest.fixture
def refused():
    """`refused(function, …)` calls it; (status, title) of the problem that it must raise."""

    def call(function, *arguments):
        with pytest.raises(ApiClientError) as caught:
            function(*arguments)
        problem = json.loads(caught.value.text)
        assert problem["status"] == caught.value.status_code
        return problem["status"], problem["title"]

    return call


def test_a_new_address_is_added_with_its_status_and_the_time(newsletter, lists, list_id, clock):
    body = {"email_address": EMAIL, "status_if_new": "pending", "merge_fields": {"FNAME": "Urist"}}
    answer = lists.set_list_member(list_id, HASH, body)
    assert (answer["id"], answer["status"], answer["list_id"]) == (HASH, "pending", list_id)
    (member,) = newsletter.members.values()
    assert newsletter.members[EMAIL.lower()] == member
    assert (member.email, member.status, member.created_at) == (EMAIL, "pending", clock())
    assert member.merge_fields == {"FNAME": "Urist"}


def test_a_put_of_a_member_keeps_the_status_and_merges(newsletter, lists, list_id, clock):
    newsletter.add_member(EMAIL, "unsubscribed", FNAME="Urist", LNAME="McVankab")
    clock.advance(hours=1)
    body = {"email_address": EMAIL, "status_if_new": "pending", "merge_fields": {"FNAME": "U."}}
    for _ in range(2):
        assert lists.set_list_member(list_id, HASH, body)["status"] == "unsubscribed"
    (member,) = newsletter.members.values()
    assert member.merge_fields == {"FNAME": "U.", "LNAME": "McVankab"}
    assert member.changed_at == clock() > member.created_at


def test_a_put_with_a_status_changes_it(newsletter, lists, list_id):
    newsletter.add_member(EMAIL, "unsubscribed")
    body = {"email_address": EMAIL, "status_if_new": "pending", "status": "subscribed"}
    lists.set_list_member(list_id, HASH, body)
    assert newsletter.members[EMAIL.lower()].status == "subscribed"


@pytest.mark.parametrize(
    "body",
    [
        {"email_address": EMAIL},
        {"email_address": EMAIL, "status": "subscribed"},
        {"email_address": EMAIL, "status_if_new": "maybe"},
        {"email_address": EMAIL, "status_if_new": ["pending"]},
        {"email_address": "nobody", "status_if_new": "pending"},
        {"email_address": 7, "status_if_new": "pending"},
        {"status_if_new": "pending"},
        {"email_address": EMAIL, "status_if_new": "pending", "merge_fields": ["Urist"]},
    ],
)
def test_a_put_of_a_new_address_without_what_it_needs_is_refused(
    newsletter, lists, list_id, refused, body
):
    assert refused(lists.set_list_member, list_id, HASH, body) == (400, "Invalid Resource")
    assert not newsletter.members


def test_a_member_has_the_name_of_its_lower_case_address(newsletter, lists, list_id, refused):
    newsletter.add_member(EMAIL.upper())
    assert lists.get_list_member(list_id, HASH)["email_address"] == EMAIL.upper()
    assert lists.get_list_member(list_id, EMAIL)["id"] == HASH
    wrong = "0" * 32
    assert refused(lists.get_list_member, list_id, wrong) == (404, "Resource Not Found")
    body = {"email_address": EMAIL, "status_if_new": "pending"}
    assert refused(lists.set_list_member, list_id, wrong, body) == (400, "Member Exists")


def test_a_post_adds_once(newsletter, lists, list_id, refused):
    body = {"email_address": EMAIL, "status": "pending"}
    assert lists.add_list_member(list_id, body)["status"] == "pending"
    assert refused(lists.add_list_member, list_id, body) == (400, "Member Exists")
    assert len(newsletter.members) == 1


def test_all_members_are_listed(newsletter, lists, list_id):
    newsletter.add_member(EMAIL)
    newsletter.add_member("ada@example.com")
    page = lists.get_list_members_info(list_id)
    assert page["total_items"] == 2
    assert [member["email_address"] for member in page["members"]] == [EMAIL, "ada@example.com"]


def test_a_patch_changes_what_it_names(newsletter, lists, list_id, refused):
    newsletter.add_member(EMAIL, FNAME="Urist")
    lists.update_list_member(list_id, HASH, {"status": "unsubscribed", "language": "fr"})
    member = newsletter.members[EMAIL.lower()]
    assert (member.status, member.merge_fields["FNAME"]) == ("unsubscribed", "Urist")
    assert member.fields == {"language": "fr"}
    assert refused(lists.update_list_member, list_id, "0" * 32, {})[0] == 404


def test_a_changed_address_is_another_name_for_the_member(newsletter, lists, list_id, refused):
    newsletter.add_member(EMAIL, FNAME="Urist")
    lists.update_list_member(list_id, HASH, {"email_address": "ada@example.com"})
    assert list(newsletter.members) == ["ada@example.com"]
    assert newsletter.members["ada@example.com"].merge_fields == {"FNAME": "Urist"}
    assert refused(lists.get_list_member, list_id, HASH)[0] == 404


def test_an_address_is_not_changed_to_that_of_another_member(newsletter, lists, list_id, refused):
    newsletter.add_member(EMAIL)
    newsletter.add_member("ada@example.com")
    body = {"email_address": "Ada@example.com"}
    assert refused(lists.update_list_member, list_id, HASH, body) == (400, "Member Exists")
    assert len(newsletter.members) == 2


def test_a_delete_archives_and_keeps_everything(newsletter, lists, list_id, clock):
    newsletter.add_member(EMAIL, FNAME="Urist")
    clock.advance(hours=1)
    assert lists.delete_list_member(list_id, HASH).status_code == 204
    member = newsletter.members[EMAIL.lower()]
    assert (member.status, member.changed_at) == ("archived", clock())
    assert lists.get_list_member(list_id, HASH)["merge_fields"] == {"FNAME": "Urist"}


@pytest.mark.parametrize("status", ["archived", "pending", "cleaned"])
def test_what_cannot_be_archived_is_refused(newsletter, lists, list_id, refused, status):
    newsletter.add_member(EMAIL, status)
    assert refused(lists.delete_list_member, list_id, HASH) == (405, "Method Not Allowed")
    assert newsletter.members[EMAIL.lower()].status == status


def test_a_put_brings_an_archived_member_back(newsletter, lists, list_id):
    newsletter.add_member(EMAIL)
    lists.delete_list_member(list_id, HASH)
    body = {"email_address": EMAIL, "status_if_new": "pending", "status": "pending"}
    assert lists.set_list_member(list_id, HASH, body)["status"] == "pending"


@pytest.mark.parametrize("status", ["subscribed", "archived", "pending"])
def test_a_permanent_deletion_forgets_for_ever(newsletter, lists, list_id, clock, refused, status):
    newsletter.add_member(EMAIL, status)
    assert lists.delete_list_member_permanent(list_id, HASH).status_code == 204
    assert not newsletter.members
    assert newsletter.forgotten == {HASH: clock()}
    for name in ("get_list_member", "delete_list_member", "delete_list_member_permanent"):
        assert refused(getattr(lists, name), list_id, HASH) == (404, "Resource Not Found")
    forgotten = (400, "Forgotten Email Not Subscribed")
    body = {"email_address": EMAIL, "status_if_new": "pending", "status": "pending"}
    assert refused(lists.set_list_member, list_id, HASH, body) == forgotten
    assert refused(lists.add_list_member, list_id, body) == forgotten
    assert not newsletter.members


@pytest.mark.parametrize("name", ["delete_list_member", "delete_list_member_permanent"])
def test_an_unknown_member_is_not_found(lists, list_id, refused, name):
    assert refused(getattr(lists, name), list_id, HASH) == (404, "Resource Not Found")


def test_another_list_is_not_found(newsletter, lists, refused):
    newsletter.add_member(EMAIL)
    assert refused(lists.get_list_member, "0123456789", HASH) == (404, "Resource Not Found")


@pytest.mark.parametrize(
    ("key", "title"), [("0" * 32 + "-us1", "API Key Invalid"), ("", "API Key Missing")]
)
def test_a_wrong_key_is_refused(settings, newsletter, list_id, refused, key, title):
    newsletter.add_member(EMAIL)
    wrong = settings.model_copy(update={"mailchimp_api_key": type(settings.mailchimp_api_key)(key)})
    delete = mailchimp_client(wrong).lists.delete_list_member_permanent
    assert refused(delete, list_id, HASH) == (401, title)
    assert len(newsletter.members) == 1


def test_a_token_is_a_key_too(call, newsletter):
    headers = {"authorization": f"Bearer {newsletter.api_key}"}
    assert call(newsletter, "GET", "/3.0/ping", headers=headers)[0] == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"email_address=ada"])
def test_what_is_no_json_object_is_refused(call, newsletter, body):
    headers = {"authorization": f"Bearer {newsletter.api_key}"}
    path = f"/3.0/lists/{newsletter.list_id}/members"
    status, _, answer = call(newsletter, "POST", path, body, headers)
    assert (status, json.loads(answer)["title"]) == (400, "JSON Parse Error")


@pytest.mark.parametrize("path", ["members", f"members/{HASH}"])
def test_another_method_is_not_allowed(call, newsletter, path):
    newsletter.add_member(EMAIL)
    headers = {"authorization": f"Bearer {newsletter.api_key}"}
    address = f"/3.0/lists/{newsletter.list_id}/{path}"
    assert call(newsletter, "OPTIONS", address, headers=headers)[0] == 405
    assert call(newsletter, "GET", "/3.0/campaigns", headers=headers)[0] == 404


@pytest.mark.parametrize(
    ("status", "title"), [(429, "Too Many Requests"), (503, "Service Unavailable")]
)
def test_a_failure_speaks_mailchimps_language_and_is_not_tried_again(
    newsletter, lists, list_id, refused, status, title
):
    newsletter.add_member(EMAIL)
    newsletter.fail(status=status)
    assert refused(lists.delete_list_member_permanent, list_id, HASH) == (status, title)
    assert len(newsletter.calls) == 1
    assert len(newsletter.members) == 1


def test_a_lost_answer_has_no_status(newsletter, lists, list_id):
    newsletter.add_member(EMAIL)
    newsletter.fail(lost_answer=True, times=1)
    with pytest.raises(ApiClientError) as caught:
        lists.delete_list_member_permanent(list_id, HASH)
    assert caught.value.status_code is None
    assert not newsletter.members


def test_the_word_server_in_an_address_stays(newsletter, lists, list_id):
    newsletter.add_member("server@example.com")
    assert lists.get_list_member(list_id, "server@example.com")["status"] == "subscribed"


def test_the_secrets_come_from_the_seed(newsletter, clock):
    with World(clock, seed=7) as same, World(clock, seed=8) as other:
        mine = (newsletter.api_key, newsletter.list_id)
        assert (same.newsletter.api_key, same.newsletter.list_id) == mine
        assert other.newsletter.api_key != newsletter.api_key
        assert other.newsletter.list_id != newsletter.list_id
