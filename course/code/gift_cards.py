"""Watch over the gift cards of a chain of shops, and tell its security team.

The lesson on suspicious sign-ins explains this file section by section. It is a sibling of the
exercise, not its answer: money instead of countries, a counter as the lock, a day as the window
of silence, and a text that Slack does not interpret.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.webhook import WebhookClient
from sqlmodel import Field, Session, SQLModel, col, select, update

from hooklab.services import insert

DAY = 86_400_000


class GiftCard(SQLModel, table=True):
    """A card, and how many payments of it have been examined."""

    number: str = Field(primary_key=True)
    owner: str
    examined: int = 0


class CardPayment(SQLModel, table=True):
    """A payment; `paid_at` is in milliseconds, `shop` may be unknown."""

    id: str = Field(primary_key=True)
    card: str = Field(foreign_key="giftcard.number")
    paid_at: int
    cents: int
    shop: str | None = None


class CardAlert(SQLModel, table=True):
    """An alert: one per card, rule and day."""

    card: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    day: int = Field(primary_key=True)


# --8<-- [start:rule]
@dataclass(frozen=True)
class Limits:
    """What the settings say."""

    most_cents: int = 20_000
    window_ms: int = 3_600_000


def spends_much(payment: CardPayment, nearby: Sequence[CardPayment], limits: Limits) -> bool:
    """Whether more than `most_cents` were paid in the window that ends with `payment`."""
    start = payment.paid_at - limits.window_ms
    spent = [each.cents for each in nearby if start < each.paid_at <= payment.paid_at]
    return sum(spent) > limits.most_cents


# --8<-- [end:rule]


# --8<-- [start:examine]
def examine(session: Session, payment: CardPayment, limits: Limits) -> bool:
    """Write the payment and what it sets off; the caller commits. True when an alert is new."""
    card = update(GiftCard).where(col(GiftCard.number) == payment.card)
    session.exec(card.values(examined=GiftCard.examined + 1))
    row = insert(session, CardPayment).values(payment.model_dump()).on_conflict_do_nothing()
    if session.exec(row.returning(col(CardPayment.id))).first() is None:
        return False
    mine = select(CardPayment).where(CardPayment.card == payment.card)
    nearby = session.exec(mine.where(CardPayment.paid_at > payment.paid_at - DAY)).all()
    if not spends_much(payment, nearby, limits):
        return False
    return alert(session, payment, "spends_much")


# --8<-- [end:examine]


# --8<-- [start:alert]
def alert(session: Session, payment: CardPayment, rule: str) -> bool:
    """Write the alert, unless this card had one by this rule on the same day; whether it is new."""
    row = insert(session, CardAlert).values(
        card=payment.card, rule=rule, day=payment.paid_at // DAY
    )
    written = row.on_conflict_do_nothing().returning(col(CardAlert.card))
    return session.exec(written).first() is not None


# --8<-- [end:alert]


# --8<-- [start:tell]
def tell(slack: WebhookClient, card: GiftCard, rule: str) -> bool:
    """Tell the team; False when the message has not arrived, or nobody can know."""
    owner = {"type": "plain_text", "text": " ".join(card.owner.split()), "emoji": False}
    blocks = [{"type": "section", "text": owner}]
    try:
        answer = slack.send(text=f"{rule}: card {card.number}", blocks=blocks)
    except Exception:
        return False
    return answer.status_code == 200


# --8<-- [end:tell]
