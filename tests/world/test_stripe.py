"""Stripe, with Stripe's own client."""

import asyncio
import base64

import pytest
import stripe

from hooklab.services import Settings
from hooklab.services.stripe import stripe_client
from hooklab.world import World


@pytest.fixture
def account(world):
    return world.stripe


@pytest.fixture
def settings(account):
    return Settings(_env_file=None, stripe_api_key=account.api_key, stripe_api_url=account.url)


@pytest.fixture
def customers(settings):
    return stripe_client(settings).v1.customers


@pytest.fixture
def subscriptions(settings):
    return stripe_client(settings).v1.subscriptions


@pytest.fixture
def ada(account):
    return account.add_customer(email="ada@example.com", metadata={"user_id": "user_1"})


def test_a_customer_is_created_with_the_time(customers, account, clock):
    made = customers.create({"email": "ada@example.com", "metadata": {"user_id": "user_1"}})
    (kept,) = account.customers.values()
    assert (kept.id, kept.email, kept.created_at) == (made.id, "ada@example.com", clock())
    assert kept.fields["metadata"] == {"user_id": "user_1"}
    assert made.id.startswith("cus_")
    assert made.created == int(clock().timestamp())
    assert not kept.deleted


def test_a_customer_is_retrieved(customers, ada):
    found = customers.retrieve(ada.id)
    assert (found.email, found.metadata["user_id"], found.name) == (ada.email, "user_1", None)


def test_an_update_changes_what_it_names(customers, account, ada):
    updated = customers.update(
        ada.id, {"name": "Ada & Zoë", "email": "", "metadata": {"plan": "pro"}}
    )
    assert (updated.name, updated.email) == ("Ada & Zoë", None)
    assert account.customers[ada.id].fields["metadata"] == {"user_id": "user_1", "plan": "pro"}


def test_an_empty_text_unsets_one_metadata_key_or_all(customers, account, ada):
    customers.update(ada.id, {"metadata": {"plan": "pro", "user_id": ""}})
    assert account.customers[ada.id].fields["metadata"] == {"plan": "pro"}
    customers.update(ada.id, {"metadata": ""})
    assert account.customers[ada.id].fields["metadata"] == {}


def test_a_deleted_customer_is_still_retrieved_without_details(customers, account, ada, clock):
    clock.advance(hours=1)
    assert customers.delete(ada.id).deleted
    again = customers.retrieve(ada.id)
    assert again.to_dict() == {"id": ada.id, "object": "customer", "deleted": True}
    assert account.customers[ada.id].deleted_at == clock()


@pytest.mark.parametrize("operation", ["delete", "update"])
def test_a_deleted_customer_is_missing_to_everything_else(customers, ada, operation):
    customers.delete(ada.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such customer") as caught:
        getattr(customers, operation)(ada.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert caught.value.param == "id"


@pytest.mark.parametrize("operation", ["retrieve", "delete", "update"])
def test_an_unknown_customer_is_missing(customers, operation):
    with pytest.raises(stripe.InvalidRequestError, match="No such customer: 'cus_1'") as caught:
        getattr(customers, operation)("cus_1")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_deleting_a_customer_cancels_subscriptions_and_keeps_invoices(
    customers, account, ada, clock
):
    active, ended = account.add_subscription(ada), account.add_subscription(ada, "canceled")
    others = account.add_subscription(account.add_customer(email="bob@example.com"))
    invoice = account.add_invoice(ada, 2500)
    clock.advance(hours=1)
    customers.delete(ada.id)
    cancelled = account.subscriptions[active.id]
    assert (cancelled.status, cancelled.canceled_at) == ("canceled", clock())
    assert account.subscriptions[ended.id] == ended
    assert account.subscriptions[others.id] == others
    assert account.invoices[invoice.id] == invoice


def test_invoices_of_a_deleted_customer_are_still_listed(settings, customers, account, ada):
    account.add_invoice(ada, 2500)
    account.add_invoice(account.add_customer(email="bob@example.com"))
    customers.delete(ada.id)
    (invoice,) = stripe_client(settings).v1.invoices.list({"customer": ada.id}).data
    assert (invoice.total, invoice.customer_email) == (2500, "ada@example.com")


def test_subscriptions_are_listed_by_customer(subscriptions, account, ada):
    mine = account.add_subscription(ada, "past_due")
    account.add_subscription(account.add_customer(email="bob@example.com"))
    account.add_subscription(ada, "canceled")
    assert [found.id for found in subscriptions.list({"customer": ada.id}).data] == [mine.id]


@pytest.mark.parametrize(
    ("status", "listed"),
    [
        ("all", ["canceled", "past_due", "active"]),
        ("canceled", ["canceled"]),
        ("ended", ["canceled"]),
        ("active", ["active"]),
    ],
)
def test_subscriptions_are_listed_by_status(subscriptions, account, ada, status, listed):
    for own in ("active", "past_due", "canceled"):
        account.add_subscription(ada, own)
    found = subscriptions.list({"customer": ada.id, "status": status})
    assert [subscription.status for subscription in found.data] == listed


def test_a_subscription_is_cancelled_once(subscriptions, account, ada, clock):
    mine = account.add_subscription(ada)
    clock.advance(minutes=5)
    assert subscriptions.cancel(mine.id).status == "canceled"
    assert account.subscriptions[mine.id].canceled_at == clock()
    assert subscriptions.retrieve(mine.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription") as caught:
        subscriptions.cancel(mine.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_a_list_of_an_unknown_customer_is_refused(subscriptions):
    with pytest.raises(stripe.InvalidRequestError, match="No such customer") as caught:
        subscriptions.list({"customer": "cus_1"})
    assert (caught.value.http_status, caught.value.param) == (400, "customer")


def test_customers_are_found_by_address_until_they_are_deleted(customers, account, ada):
    account.add_customer(email="bob@example.com")
    assert [found.id for found in customers.list({"email": ada.email}).data] == [ada.id]
    customers.delete(ada.id)
    assert customers.list({"email": ada.email}).data == []


def test_pages_follow_each_other_from_the_newest(customers, account):
    made = [account.add_customer(name=str(number)).id for number in range(5)]
    page = customers.list({"limit": 2})
    assert page.has_more
    assert [customer.id for customer in page.auto_paging_iter()] == made[::-1]


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_an_impossible_limit_is_refused(customers, limit):
    with pytest.raises(stripe.InvalidRequestError, match="Invalid integer") as caught:
        customers.list({"limit": limit})
    assert caught.value.param == "limit"


def test_the_same_key_gives_the_first_answer_again(customers, account, ada):
    options = {"idempotency_key": "customer/user_2"}
    first = customers.create({"email": "bob@example.com", "name": "Bob"}, options)
    again = customers.create({"name": "Bob", "email": "bob@example.com"}, options)
    assert (first.id, len(account.customers)) == (again.id, 2)
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.last_response.headers


def test_a_lost_answer_is_had_with_the_same_key(customers, account):
    account.fail(lost_answer=True, times=1)
    options = {"idempotency_key": "customer/user_1"}
    with pytest.raises(stripe.APIConnectionError):
        customers.create({"email": "ada@example.com"}, options)
    assert customers.create({"email": "ada@example.com"}, options).id in account.customers
    assert len(account.customers) == 1


def test_every_call_has_a_key_of_its_own_unless_one_is_given(customers, account):
    customers.create({"email": "ada@example.com"})
    customers.create({"email": "ada@example.com"})
    assert len(account.customers) == 2


def test_the_same_key_with_other_parameters_is_an_error(customers, account):
    options = {"idempotency_key": "customer/user_1"}
    customers.create({"email": "ada@example.com"}, options)
    with pytest.raises(stripe.IdempotencyError, match="with the same parameters") as caught:
        customers.create({"email": "bob@example.com"}, options)
    assert caught.value.http_status == 400
    assert len(account.customers) == 1


def test_the_same_key_at_another_address_is_an_error(customers, ada):
    options = {"idempotency_key": "customer/user_1"}
    customers.create({"email": "bob@example.com"}, options)
    with pytest.raises(stripe.IdempotencyError, match="for the same endpoint"):
        customers.update(ada.id, {"email": "bob@example.com"}, options)


@pytest.mark.parametrize(("hours", "count"), [(23.99, 1), (24, 2)])
def test_a_key_is_remembered_for_a_day_of_the_virtual_clock(
    customers, account, clock, hours, count
):
    options = {"idempotency_key": "customer/user_1"}
    customers.create({"email": "ada@example.com"}, options)
    clock.advance(hours=hours)
    customers.create({"email": "ada@example.com"}, options)
    assert len(account.customers) == count


def test_a_refusal_is_not_remembered(customers, account):
    options = {"idempotency_key": "customer/user_1"}
    account.fail(status=500, times=1)
    with pytest.raises(stripe.APIError):
        customers.create({"email": "ada@example.com"}, options)
    assert customers.create({"email": "ada@example.com"}, options).id in account.customers


def test_a_delete_is_never_remembered(call, account, ada):
    headers = {"authorization": f"Bearer {account.api_key}", "idempotency-key": "delete/user_1"}
    path = f"/v1/customers/{ada.id}"
    assert [call(account, "DELETE", path, headers=headers)[0] for _ in range(2)] == [200, 404]


@pytest.mark.parametrize("key", ["sk_test_wrong", ""])
def test_a_wrong_key_is_refused(settings, account, key):
    wrong = settings.model_copy(update={"stripe_api_key": type(settings.stripe_api_key)(key)})
    with pytest.raises(stripe.AuthenticationError) as caught:
        stripe_client(wrong).v1.customers.create({"email": "ada@example.com"})
    assert account.api_key not in str(caught.value)
    assert not account.customers


def test_the_key_may_be_the_user_of_basic_authentication(call, account):
    token = base64.b64encode(f"{account.api_key}:".encode()).decode()
    headers = {"authorization": f"Basic {token}"}
    assert call(account, "GET", "/v1/customers", headers=headers)[0] == 200


def test_an_unknown_address_is_said_so(settings):
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as caught:
        stripe_client(settings).v1.products.list()
    assert caught.value.http_status == 404


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, stripe.RateLimitError),
        (503, stripe.APIError),
        (402, stripe.CardError),
        (403, stripe.PermissionError),
    ],
)
def test_a_failure_speaks_stripes_language_and_is_not_tried_again(
    customers, account, ada, status, error
):
    account.fail(status=status)
    with pytest.raises(error) as caught:
        customers.delete(ada.id)
    assert caught.value.http_status == status
    assert len(account.calls) == 1
    assert not account.customers[ada.id].deleted


def test_a_lost_answer_to_a_deletion_is_a_deletion(customers, account, ada):
    account.fail(lost_answer=True, times=1)
    with pytest.raises(stripe.APIConnectionError):
        customers.delete(ada.id)
    assert account.customers[ada.id].deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        customers.delete(ada.id)


@pytest.mark.parametrize("body", [b"\xff\xfe=%", b"a=1&a[b]=2", b"[]=&=&metadata[]=", b"{}"])
def test_a_strange_body_breaks_nothing(call, account, body):
    headers = {"authorization": f"Bearer {account.api_key}"}
    assert call(account, "POST", "/v1/customers", body, headers)[0] == 200


def test_metadata_that_is_no_object_is_refused(customers, account, ada):
    with pytest.raises(stripe.InvalidRequestError, match="Invalid object"):
        customers.update(ada.id, {"metadata": "text"})
    assert account.customers[ada.id] == ada


def test_the_key_comes_from_the_seed(account, clock):
    with World(clock, seed=7) as same, World(clock, seed=8) as other:
        assert same.stripe.api_key == account.api_key != other.stripe.api_key


# Stripe's client hands httpx bytes in a way that httpx calls old.
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_the_client_also_works_asynchronously(settings, account):
    async def create():
        client = stripe_client(settings)
        try:
            return await client.v1.customers.create_async({"email": "ada@example.com"})
        finally:
            await client._requestor._get_http_client().close_async()

    assert asyncio.run(create()).id in account.customers
