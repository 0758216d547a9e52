"""The listings of the lesson on suspicious sign-ins, run against the kit's Slack."""

from datetime import UTC, datetime
from types import ModuleType

import pytest
from slack_sdk.webhook import WebhookClient
from sqlmodel import Session, SQLModel

from hooklab.services import make_engine
from hooklab.world import World

HOUR = 3_600_000
NOON = 20_000 * 24 * HOUR + 12 * HOUR


@pytest.fixture(scope="module")
def shop(listing) -> ModuleType:
    return listing("gift_cards")


@pytest.fixture
def session(shop, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    tables = (shop.GiftCard, shop.CardPayment, shop.CardAlert)
    SQLModel.metadata.create_all(engine, tables=[each.__table__ for each in tables])
    with Session(engine) as session:
        session.add(shop.GiftCard(number="c1", owner="Ada"))
        session.flush()
        yield session
    engine.dispose()


@pytest.fixture
def pay(shop, session):
    def pay(name, at, cents=15_000):
        payment = shop.CardPayment(id=name, card="c1", paid_at=at, cents=cents)
        return shop.examine(session, payment, shop.Limits())

    return pay


def test_too_much_money_in_an_hour_alerts_once_a_day(pay):
    assert not pay("p1", NOON)
    assert not pay("p2", NOON + HOUR), "exactly an hour later is another window"
    assert pay("p3", NOON + HOUR + 1)
    assert not pay("p4", NOON + HOUR + 2), "the rule is silent for the rest of the day"
    assert not pay("p5", NOON + 24 * HOUR)
    assert pay("p6", NOON + 24 * HOUR + 1)


def test_a_payment_counts_once(pay, session, shop):
    for _ in range(3):
        assert not pay("p1", NOON)
    assert session.get_one(shop.GiftCard, "c1", populate_existing=True).examined == 3


def test_a_strangers_name_is_plain_text_and_a_failure_is_seen(shop):
    card = shop.GiftCard(number="c1", owner="<!channel>\nAda")
    with World(now=lambda: datetime.now(UTC), seed=1) as world:
        slack = WebhookClient(world.slack.webhook_url, timeout=5, retry_handlers=[])
        assert shop.tell(slack, card, "spends_much")
        (message,) = world.slack.messages
        assert message.text == "spends_much: card c1"
        assert message.blocks[0]["text"]["text"] == "<!channel> Ada"
        assert message.blocks[0]["text"]["type"] == "plain_text"
        world.slack.fail(status=429)
        assert not shop.tell(slack, card, "spends_much")
        world.slack.fail(refuse=True)
        assert not shop.tell(slack, card, "spends_much")
