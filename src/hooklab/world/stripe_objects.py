"""What Stripe keeps, and how it writes it as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Customer:
    """A customer; the times are those of the virtual clock.

    Args:
        fields: what was sent, such as "email", "name" and "metadata".
        deleted_at: a deleted customer stays, and is answered as an id with `deleted: true`.
    """

    id: str
    fields: Mapping[str, Any]
    created_at: datetime
    deleted_at: datetime | None = None

    @property
    def deleted(self) -> bool:
        """Whether it was deleted."""
        return self.deleted_at is not None

    @property
    def email(self) -> str | None:
        """The address; None when none was sent."""
        return self.fields.get("email")

    def as_json(self) -> dict[str, Any]:
        """As Stripe shows it."""
        if self.deleted:
            return {"id": self.id, "object": "customer", "deleted": True}
        empty = dict.fromkeys(("address", "description", "email", "name", "phone"))
        own = {"id": self.id, "object": "customer", "livemode": False}
        return {**empty, "metadata": {}, **self.fields, **own, "created": seconds(self.created_at)}


@dataclass(frozen=True)
class Subscription:
    """A subscription of the customer with the id `customer`; `status` is Stripe's word."""

    id: str
    customer: str
    created_at: datetime
    status: str = "active"
    canceled_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As Stripe shows it."""
        return {
            "id": self.id,
            "object": "subscription",
            "customer": self.customer,
            "status": self.status,
            "created": seconds(self.created_at),
            "canceled_at": seconds(self.canceled_at),
            "ended_at": seconds(self.canceled_at),
            "cancel_at_period_end": False,
            "livemode": False,
            "metadata": dict(self.metadata),
        }


@dataclass(frozen=True)
class Invoice:
    """A paid invoice, which outlives its customer: accounts must be kept.

    Args:
        amount: in the smallest unit of the currency.
        email: the customer's at the time.
    """

    id: str
    customer: str
    amount: int
    email: str | None
    created_at: datetime
    currency: str = "eur"
    status: str = "paid"

    def as_json(self) -> dict[str, Any]:
        """As Stripe shows it."""
        return {
            "id": self.id,
            "object": "invoice",
            "customer": self.customer,
            "customer_email": self.email,
            "total": self.amount,
            "amount_paid": self.amount,
            "currency": self.currency,
            "status": self.status,
            "created": seconds(self.created_at),
            "livemode": False,
        }


def seconds(time: datetime | None) -> int | None:
    """A time as Stripe writes it: whole seconds since 1970."""
    return None if time is None else int(time.timestamp())
