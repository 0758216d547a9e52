"""Stripe as far as customers, their subscriptions and their invoices go."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hooklab.world import credentials
from hooklab.world.calls import Call, Refused, Reply, reason
from hooklab.world.http_service import HttpService
from hooklab.world.records import Store
from hooklab.world.service import Setup
from hooklab.world.stripe_form import form, merged
from hooklab.world.stripe_objects import Customer, Invoice, Subscription

# Keys are pruned when they are at least this old (docs.stripe.com/api/idempotent_requests).
REMEMBERED = timedelta(hours=24)
ENDED = {"canceled", "incomplete_expired"}


class Stripe(HttpService):
    """Stripe's API v1: `stripe.StripeClient(api_key, base_addresses={"api": url})`.

    Customers can be created, listed, retrieved, updated and deleted, subscriptions listed,
    retrieved and cancelled, invoices listed and retrieved. Deleting a customer cancels its
    subscriptions and keeps its invoices. What is gone already is answered 404 `resource_missing`
    (for a cancelled subscription: stripe/stripe-go#1887. Unsure: for a deleted customer).

    A repeated POST with the same Idempotency-Key gets the first reply again for 24 hours, and an
    error with other parameters; only what succeeded is remembered. Not simulated: cards, prices,
    metadata search and unknown parameters, which are kept like any other.
    """

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__(setup)
        self.customers: Store[Customer] = Store()
        self.subscriptions: Store[Subscription] = Store()
        self.invoices: Store[Invoice] = Store()
        self._chance = credentials.chance(setup.name, seed)
        self.api_key = "sk_test_" + credentials.word(self._chance, 32)
        self._first: dict[str, tuple[datetime, Call, Reply]] = {}

    def add_customer(self, **fields: Any) -> Customer:
        """A customer who was there before the app, such as `add_customer(email=…, name=…)`."""
        customer = Customer(self._id("cus_", 14), fields, self.now())
        return self.customers.put(customer.id, customer)

    def add_subscription(self, customer: Customer, status: str = "active") -> Subscription:
        """A subscription of `customer`."""
        subscription = Subscription(self._id("sub_", 24), customer.id, self.now(), status)
        return self.subscriptions.put(subscription.id, subscription)

    def add_invoice(self, customer: Customer, amount: int = 1900) -> Invoice:
        """A paid invoice of `customer`, over `amount` cents."""
        new = Invoice(self._id("in_", 24), customer.id, amount, customer.email, self.now())
        return self.invoices.put(new.id, new)

    def answer(self, call: Call) -> Reply:
        """Answer from memory, or do the work."""
        self._authorise(call)
        key = call.headers.get("idempotency-key") if call.method == "POST" else None
        remembered = self._remembered(key, call) if key else None
        if remembered:
            return remembered
        reply = Reply.json(self._perform(call))
        if key:
            self._first[key] = self.now(), call, reply
        return reply

    def refusal(self, status: int) -> Reply:
        """An error object, with the type and the code that Stripe gives to `status`."""
        if status == 429:
            return _error(429, "Request rate limit exceeded.", code="rate_limit")
        kind = "api_error" if status >= 500 else "invalid_request_error"
        return _error(status, reason(status), kind=kind)

    def _authorise(self, call: Call) -> None:
        key = credentials.bearer(call) or credentials.basic(call)[0]
        if not key:
            raise Refused(_error(401, "You did not provide an API key."))
        if key != self.api_key:
            raise Refused(_error(401, f"Invalid API Key provided: {key[:8]}****{key[-4:]}"))

    def _remembered(self, key: str, call: Call) -> Reply | None:
        at, first, reply = self._first.get(key, (None, None, None))
        if at is None or first is None or reply is None or self.now() - at >= REMEMBERED:
            return None
        if (first.path, first.query, form(first.body)) == (call.path, call.query, form(call.body)):
            replayed = {**reply.headers, "idempotent-replayed": "true"}
            return Reply(reply.status, reply.body, replayed)
        what = "for the same endpoint" if first.path != call.path else "with the same parameters"
        message = (
            f"Keys for idempotent requests can only be used {what} they were first used with. Try "
            f"using a key other than '{key}' if you meant to execute a different request."
        )
        raise Refused(_error(400, message, kind="idempotency_error"))

    def _perform(self, call: Call) -> dict[str, Any]:
        match [call.method, *call.path.removeprefix("/").split("/")]:
            case ["POST", "v1", "customers"]:
                return self.add_customer(**_fields({}, call)).as_json()
            case ["POST", "v1", "customers", id_]:
                fields = _fields(self._living(id_).fields, call)
                return self.customers.change(id_, fields=fields).as_json()
            case ["DELETE", "v1", "customers", id_]:
                return self._delete(self._living(id_)).as_json()
            case ["DELETE", "v1", "subscriptions", id_]:
                return self._cancel(id_).as_json()
            case ["GET", "v1", "customers" | "subscriptions" | "invoices" as kind]:
                return self._list(call, kind)
            case ["GET", "v1", "customers" | "subscriptions" | "invoices" as kind, id_]:
                shown: dict[str, Any] = self._found(kind, id_).as_json()
                return shown
        raise Refused(_error(404, f"Unrecognized request URL ({call.method}: {call.path})."))

    def _delete(self, customer: Customer) -> Customer:
        for subscription in self.subscriptions.values():
            if subscription.customer == customer.id and subscription.status not in ENDED:
                self._cancel(subscription.id)
        return self.customers.change(customer.id, deleted_at=self.now())

    def _cancel(self, id_: str) -> Subscription:
        if self._found("subscriptions", id_).status in ENDED:
            raise _missing("subscriptions", id_)
        return self.subscriptions.change(id_, status="canceled", canceled_at=self.now())

    def _list(self, call: Call, kind: str) -> dict[str, Any]:
        query = {name: values[-1] for name, values in call.query.items()}
        if kind != "customers" and query.get("customer", "") not in {"", *self.customers}:
            raise _missing("customers", query["customer"], status=400, param="customer")
        found = [
            item for item in reversed(tuple(self._store(kind).values())) if _matches(item, query)
        ]
        after = [
            place for place, item in enumerate(found, 1) if item.id == query.get("starting_after")
        ]
        rest = found[after[0] if after else 0 :]
        limit = _limit(query.get("limit", "10"))
        return {
            "object": "list",
            "url": call.path,
            "has_more": len(rest) > limit,
            "data": [item.as_json() for item in rest[:limit]],
        }

    def _living(self, id_: str) -> Customer:
        customer = self.customers.get(id_)
        if customer is None or customer.deleted:
            raise _missing("customers", id_)
        return customer

    def _found(self, kind: str, id_: str) -> Any:
        if id_ not in self._store(kind):
            raise _missing(kind, id_)
        return self._store(kind)[id_]

    def _store(self, kind: str) -> Store[Any]:
        stores: dict[str, Store[Any]] = {
            "customers": self.customers,
            "subscriptions": self.subscriptions,
            "invoices": self.invoices,
        }
        return stores[kind]

    def _id(self, prefix: str, length: int) -> str:
        return prefix + credentials.word(self._chance, length)


def _matches(item: Any, query: Mapping[str, str]) -> bool:
    if isinstance(item, Customer):
        return not item.deleted and query.get("email", item.email) == item.email
    if query.get("customer", item.customer) != item.customer:
        return False
    status = query.get("status")
    if isinstance(item, Subscription) and status is None:
        return item.status != "canceled"
    if isinstance(item, Subscription) and status == "ended":
        return item.status in ENDED
    return status in {None, "all", item.status}


def _fields(old: Mapping[str, Any], call: Call) -> dict[str, Any]:
    sent = form(call.body)
    if not isinstance(sent.get("metadata") or {}, dict):
        raise Refused(_error(400, "Invalid object", param="metadata"))
    return merged(old, sent)


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise Refused(_error(400, f"Invalid integer: {text}", param="limit"))
    return int(text)


def _missing(kind: str, id_: str, status: int = 404, param: str = "id") -> Refused:
    message = f"No such {kind.removesuffix('s')}: '{id_}'"
    return Refused(_error(status, message, code="resource_missing", param=param))


def _error(status: int, message: str, *, kind: str = "invalid_request_error", **more: str) -> Reply:
    return Reply.json({"error": {"type": kind, "message": message, **more}}, status)
