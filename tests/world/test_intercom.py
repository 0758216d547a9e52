"""Intercom's contacts, with Intercom's own client."""

import contextlib
import json
from datetime import timedelta

import httpx
import pytest
from intercom.core.api_error import ApiError
from intercom.errors import UnauthorizedError

from hooklab.services import Settings
from hooklab.services.intercom import intercom_client
from hooklab.world import World

ADA = {"role": "user", "external_id": "user_1", "email": "ada@example.com", "name": "Ada"}


@pytest.fixture
def support(world):
    return world.support


@pytest.fixture
def settings(support):
    return Settings(
        _env_file=None, intercom_access_token=support.access_token, intercom_api_url=support.url
    )


@pytest.fixture
def open_client():
    """`open_client(settings)` makes a client, whose connections are closed when the test ends."""
    with contextlib.ExitStack() as stack:

        def make(settings):
            client = intercom_client(settings)
            # It has no way to close them itself.
            stack.enter_context(client._client_wrapper.httpx_client.httpx_client)
            return client

        yield make


@pytest.fixture
def contacts(settings, open_client):
    return open_client(settings).contacts


@pytest.fixture
def ada(support):
    return support.add_contact(**ADA)


@pytest.fixture
def refused():
    """`refused(function, …)` calls it; (status, code, message) of the error that it must raise."""

    def call(function, *arguments, **named):
        with pytest.raises(ApiError) as caught:
            function(*arguments, **named)
        assert caught.value.body["type"] == "error.list"
        (error,) = caught.value.body["errors"]
        return caught.value.status_code, error["code"], error["message"]

    return call


GONE = (404, "not_found", "User Not Found")


def test_a_contact_is_created_with_the_time(contacts, support, clock):
    made = contacts.create(request=ADA)
    (kept,) = support.contacts.values()
    assert (kept.id, kept.role, kept.email) == (made.id, "user", "ada@example.com")
    assert (kept.external_id, kept.fields["name"]) == ("user_1", "Ada")
    assert kept.created_at == kept.updated_at == clock()
    assert (made.external_id, made.created_at) == ("user_1", int(clock().timestamp()))
    assert kept.shown


@pytest.mark.parametrize(
    "request_",
    [
        ADA,
        {"role": "user", "external_id": "user_1"},
        {"external_id": "USER_1", "email": "other@example.com"},
        {"role": "user", "email": "Ada@example.com"},
    ],
)
def test_a_user_who_exists_is_a_conflict_that_names_it(contacts, support, ada, refused, request_):
    message = f"A contact matching those details already exists with id={ada.id}"
    assert refused(contacts.create, request=request_) == (409, "conflict", message)
    assert list(support.contacts.values()) == [ada]


def test_users_with_one_address_and_two_external_ids_are_two(contacts, support, ada):
    contacts.create(request={**ADA, "external_id": "user_2"})
    assert len(support.contacts) == 2


def test_leads_never_exist_already_and_have_no_external_id_of_the_app(contacts, support):
    for _ in range(2):
        made = contacts.create(request={**ADA, "role": "lead"})
        assert made.external_id not in {None, "user_1"}
    assert [contact.role for contact in support.contacts.values()] == ["lead", "lead"]
    contacts.create(request=ADA)


@pytest.mark.parametrize(
    "request_",
    [
        {"role": "user"},
        {"role": "user", "name": "Ada"},
        {"role": "owner", "email": "ada@example.com"},
        {"email": "ada@example.com", "custom_attributes": "pro"},
    ],
)
def test_what_is_no_contact_is_refused(contacts, support, refused, request_):
    assert refused(contacts.create, request=request_)[:2] == (400, "parameter_invalid")
    assert not support.contacts


def test_a_contact_is_found_by_its_id_and_by_the_apps(contacts, ada, refused):
    assert contacts.find(ada.id).email == "ada@example.com"
    assert contacts.show_contact_by_external_id("user_1").id == ada.id
    assert refused(contacts.find, "0" * 24) == GONE
    assert refused(contacts.show_contact_by_external_id, "user_2") == GONE


def test_an_update_changes_what_it_names(contacts, support, ada, clock):
    clock.advance(hours=1)
    contacts.update(ada.id, custom_attributes={"plan": "pro"})
    updated = contacts.update(ada.id, name="Ada L.", custom_attributes={"seats": 2})
    assert (updated.name, updated.email) == ("Ada L.", "ada@example.com")
    kept = support.contacts[ada.id]
    assert kept.fields["custom_attributes"] == {"plan": "pro", "seats": 2}
    assert (kept.created_at, kept.updated_at) == (ada.created_at, clock())


def test_the_same_update_may_be_repeated(contacts, ada, support):
    for _ in range(2):
        contacts.update(ada.id, external_id="user_1", email="ada@example.com")
    assert len(support.contacts) == 1


def test_an_update_never_makes_two_of_one_user(contacts, support, ada, refused):
    bob = support.add_contact(external_id="user_2")
    carol = support.add_contact(email="carol@example.com")
    assert refused(contacts.update, bob.id, external_id="user_1")[:2] == (409, "conflict")
    assert refused(contacts.update, carol.id, email=ada.email)[:2] == (409, "conflict")
    assert (support.contacts[bob.id], support.contacts[carol.id]) == (bob, carol)


def test_a_lead_becomes_a_user_and_not_back(contacts, support, refused):
    lead = contacts.create(request={"role": "lead", "email": "ada@example.com"})
    contacts.update(lead.id, role="user", external_id="user_1")
    assert (support.contacts[lead.id].role, support.contacts[lead.id].external_id) == (
        "user",
        "user_1",
    )
    status, _, message = refused(contacts.update, lead.id, role="lead")
    assert (status, message) == (400, "user role can't be converted to a lead")
    assert refused(contacts.update, lead.id, role="owner")[0] == 400


def test_a_deleted_contact_is_gone(contacts, support, ada, clock, refused):
    clock.advance(hours=1)
    assert contacts.delete(ada.id).deleted
    assert support.contacts[ada.id].deleted_at == clock()
    for operation in (contacts.find, contacts.delete, contacts.update, contacts.archive):
        assert refused(operation, ada.id) == GONE
    assert refused(contacts.show_contact_by_external_id, "user_1") == GONE
    assert refused(contacts.unarchive, ada.id) == (500, "server_error", "Server Error")
    assert contacts.search(query=by("email", ada.email)).items == []


@pytest.mark.parametrize(("days", "count"), [(6.99, 1), (7, 2)])
def test_a_deleted_user_is_not_created_again_for_a_week(contacts, support, ada, clock, days, count):
    contacts.delete(ada.id)
    clock.advance(days=days)
    if count == 1:
        with pytest.raises(ApiError, match="An archived contact"):
            contacts.create(request=ADA)
    else:
        contacts.create(request=ADA)
    assert len(support.contacts) == count


def test_an_archived_contact_is_not_shown_and_comes_back(contacts, support, ada, clock, refused):
    assert contacts.archive(ada.id).archived
    assert support.contacts[ada.id].archived_at == clock()
    assert refused(contacts.find, ada.id) == GONE
    assert refused(contacts.update, ada.id, name="Ada") == GONE
    assert refused(contacts.show_contact_by_external_id, "user_1") == GONE
    message = f"An archived contact matching those details already exists with id={ada.id}"
    assert refused(contacts.create, request=ADA) == (409, "conflict", message)
    assert not contacts.unarchive(ada.id).archived
    assert contacts.find(ada.id).external_id == "user_1"


def test_an_archived_contact_can_be_deleted(contacts, support, ada):
    contacts.archive(ada.id)
    assert contacts.delete(ada.id).deleted
    assert support.contacts[ada.id].deleted


def by(field, value, operator="="):
    return {"field": field, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (by("email", "ADA@example.com"), ["Ada"]),
        (by("external_id", "user_2"), ["Bob"]),
        (by("external_id", "user_1", "!="), ["Bob", "Eve"]),
        (by("name", ["ada", "eve"], "IN"), ["Ada", "Eve"]),
        (by("name", ["Ada", "Eve"], "NIN"), ["Bob"]),
        (by("email", "example", "~"), ["Ada", "Bob"]),
        (by("email", "example", "!~"), ["Eve"]),
        (by("email", "bob", "^"), ["Bob"]),
        (by("email", ".com", "$"), ["Ada", "Bob"]),
        (by("custom_attributes.seats", 3, ">"), ["Bob"]),
        (by("custom_attributes.seats", 3, "<"), []),
        ({"operator": "AND", "value": [by("name", "Ada"), by("role", "user")]}, ["Ada"]),
        ({"operator": "AND", "value": [by("name", "Ada"), by("role", "lead")]}, []),
        ({"operator": "OR", "value": [by("name", "Ada"), by("name", "Bob")]}, ["Ada", "Bob"]),
    ],
)
def test_a_search_finds_by_fields(contacts, support, ada, query, names):
    bob = {"external_id": "user_2", "email": "bob@example.com", "name": "Bob"}
    support.add_contact(**bob, custom_attributes={"seats": 5})
    support.add_contact(role="lead", name="Eve")
    assert [found.name for found in contacts.search(query=query).items] == names


@pytest.mark.parametrize(
    "query",
    [by("name", "Ada", "LIKE"), by("", "Ada"), {"operator": "AND", "value": ["x"]}, by(7, "Ada")],
)
def test_a_search_that_cannot_be_read_is_refused(contacts, ada, refused, query):
    assert refused(contacts.search, query=query)[:2] == (400, "parameter_invalid")


def test_a_new_contact_exists_before_searches_show_it(contacts, support, clock, refused):
    support.search_lag = timedelta(seconds=30)
    made = contacts.create(request=ADA)
    query = by("email", "ada@example.com")
    assert contacts.search(query=query).items == []
    assert refused(contacts.create, request=ADA)[0] == 409
    assert contacts.find(made.id).id == made.id
    clock.advance(seconds=30)
    assert [found.id for found in contacts.search(query=query).items] == [made.id]


def test_pages_follow_each_other(contacts, support):
    made = [support.add_contact(external_id=str(number)).id for number in range(5)]
    first = contacts.list(per_page=2)
    assert first.response.pages.total_pages == 3
    second = contacts.list(per_page=2, starting_after=first.response.pages.next.starting_after)
    assert [found.id for found in (*first.items, *second.items)] == made[:4]
    last = contacts.search(
        query=by("role", "user"), pagination={"per_page": 2, "starting_after": "4"}
    )
    assert ([found.id for found in last.items], last.response.total_count) == (made[4:], 5)
    assert last.response.pages.next is None


@pytest.mark.parametrize("pages", [{"per_page": 0}, {"per_page": 151}, {"starting_after": "x"}])
def test_an_impossible_page_is_refused(contacts, ada, refused, pages):
    assert refused(contacts.list, **pages)[0] == 400


def test_a_wrong_token_is_refused(settings, support, open_client):
    secret = type(settings.intercom_access_token)("wrong")
    wrong = settings.model_copy(update={"intercom_access_token": secret})
    with pytest.raises(UnauthorizedError, match="Access Token Invalid"):
        open_client(wrong).contacts.create(request=ADA)
    assert not support.contacts


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/companies"), ("PATCH", "/contacts/{id}"), ("POST", "/contacts/{id}/tags")],
)
def test_an_unknown_address_is_said_so(call, support, ada, method, path):
    headers = {"authorization": f"Bearer {support.access_token}"}
    status, _, answer = call(support, method, path.format(id=ada.id), headers=headers)
    assert (status, json.loads(answer)["errors"][0]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/contacts", b""),
        ("/contacts", b"[]"),
        ("/contacts/search", b'{"query": "Ada"}'),
        ("/contacts/search", b'{"query": {}, "pagination": "all"}'),
    ],
)
def test_a_strange_body_is_refused(call, support, ada, path, body):
    headers = {"authorization": f"Bearer {support.access_token}"}
    assert call(support, "POST", path, body, headers)[0] == 400


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "rate_limit_exceeded"), (500, "server_error"), (503, "service_unavailable")],
)
def test_a_failure_speaks_intercoms_language_and_is_not_tried_again(
    contacts, support, refused, status, code
):
    support.fail(status=status, retry_after=30 if status == 429 else None)
    assert refused(contacts.create, request=ADA)[:2] == (status, code)
    assert len(support.calls) == 1
    assert not support.contacts


def test_a_lost_answer_is_a_conflict_the_next_time(contacts, support, refused):
    support.fail(lost_answer=True, times=1)
    with pytest.raises(httpx.TransportError):
        contacts.create(request=ADA)
    (made,) = support.contacts.values()
    assert refused(contacts.create, request=ADA)[2].endswith(f"id={made.id}")


def test_the_token_comes_from_the_seed(support, clock):
    with World(clock, seed=7) as same, World(clock, seed=8) as other:
        assert same.support.access_token == support.access_token != other.support.access_token
