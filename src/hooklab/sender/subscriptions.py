"""Clerk Billing: subscriptions, what they consist of, and attempts at payment.

Shapes: clerk/openapi-specs, webhooks/2025-04-15.yml, schemas SubscriptionEventPayload,
BillingSubscriptionItemEventPayload and PaymentAttemptEventPayload. All times are milliseconds
since 1970, all amounts in the currency's smallest unit.
"""

from functools import partial
from typing import Any

from hooklab.sender.organizations import Data, Made
from hooklab.sender.people import Person
from hooklab.sender.users import NewId

_MONTH = 2_592_000_000
_PRICE = 2000


def subscription(person: Person, new_id: NewId, at: int, *, status: str) -> Data:
    """Return a subscription with one item."""
    paid_by = _payer(person, new_id, at)
    return {
        "active_at": at,
        "canceled_at": None,
        "created_at": at,
        "ended_at": None,
        "id": new_id("csub"),
        "items": [_item(new_id, at, status)],
        "latest_payment_id": new_id("cpa"),
        "object": "commerce_subscription",
        "past_due_at": at if status == "past_due" else None,
        "payer": paid_by,
        "payer_id": paid_by["id"],
        "payment_source_id": new_id("cps"),
        "status": status,
        "updated_at": at,
    }


def subscription_item(
    person: Person, new_id: NewId, at: int, *, status: str, trial: bool = False
) -> Data:
    """Return an item as it is sent alone: with its subscription's id and whoever pays."""
    return _item(new_id, at, status) | {
        "is_free_trial": trial,
        "payer": _payer(person, new_id, at),
        "subscription_id": new_id("csub"),
    }


def payment_attempt(person: Person, new_id: NewId, at: int, *, status: str) -> Data:
    """Return an attempt to take money for a subscription item."""
    return {
        "billing_date": at,
        "charge_type": "recurring",
        "created_at": at,
        "failed_at": None,
        "failed_reason": None,
        "gateway_external_id": "pi_example",
        "id": new_id("pa"),
        "instance_id": new_id("ins"),
        # Required and deprecated.
        "invoice_id": new_id("inv"),
        "paid_at": at if status == "paid" else None,
        "payee": {
            "gateway_external_id": "acct_example",
            "gateway_status": "active",
            "gateway_type": "stripe",
            "id": new_id("cpayee"),
        },
        "payer": _payer(person, new_id, at),
        "payment_id": new_id("cpa"),
        "payment_source": {
            "card_type": "visa",
            "gateway": "stripe",
            "gateway_external_account_id": None,
            "gateway_external_id": "pm_example",
            "id": new_id("cps"),
            "last4": "4242",
            "payment_method": "card",
            "status": "active",
        },
        "statement_id": new_id("stmt"),
        "status": status,
        "subscription_items": [_item(new_id, at, "active") | {"subscription_id": new_id("csub")}],
        "totals": {
            "grand_total": _amount(_PRICE),
            "subtotal": _amount(_PRICE),
            "tax_total": _amount(0),
        },
        "updated_at": at,
    }


def _item(new_id: NewId, at: int, status: str) -> Data:
    plan = new_id("cplan")
    return {
        "created_at": at,
        "id": new_id("csub_item"),
        "interval": "month",
        "is_free_trial": False,
        "object": "commerce_subscription_item",
        "period_end": at + _MONTH,
        "period_start": at,
        "plan": {
            "amount": _PRICE,
            "currency": "USD",
            "id": plan,
            "is_recurring": True,
            "name": "Pro",
            "slug": "pro",
        },
        "plan_id": plan,
        "status": status,
        "subscription_id": None,
        "updated_at": at,
    }


def _payer(person: Person, new_id: NewId, at: int) -> Data:
    return {
        "created_at": at,
        "email": person.address,
        "first_name": person.first_name,
        "id": new_id("cpayer"),
        "image_url": "https://img.clerk.com/default",
        "last_name": person.last_name,
        "object": "commerce_payer",
        # Empty for a user who pays in person.
        "organization_id": "",
        "organization_name": "",
        "updated_at": at,
        "user_id": new_id("user"),
    }


def _amount(cents: int) -> dict[str, Any]:
    return {
        "amount": cents,
        "amount_formatted": f"${cents / 100:.2f}",
        "currency": "USD",
        "currency_symbol": "$",
    }


BILLING_EVENTS: dict[str, Made] = {
    "paymentAttempt.created": partial(payment_attempt, status="pending"),
    "paymentAttempt.updated": partial(payment_attempt, status="paid"),
    "subscription.created": partial(subscription, status="active"),
    "subscription.updated": partial(subscription, status="active"),
    "subscription.active": partial(subscription, status="active"),
    "subscription.pastDue": partial(subscription, status="past_due"),
    "subscriptionItem.abandoned": partial(subscription_item, status="abandoned"),
    "subscriptionItem.active": partial(subscription_item, status="active"),
    "subscriptionItem.canceled": partial(subscription_item, status="canceled"),
    "subscriptionItem.ended": partial(subscription_item, status="ended"),
    "subscriptionItem.freeTrialEnding": partial(subscription_item, status="active", trial=True),
    "subscriptionItem.incomplete": partial(subscription_item, status="incomplete"),
    "subscriptionItem.pastDue": partial(subscription_item, status="past_due"),
    "subscriptionItem.upcoming": partial(subscription_item, status="upcoming"),
    "subscriptionItem.updated": partial(subscription_item, status="active"),
}
"""What each type of event carries."""
