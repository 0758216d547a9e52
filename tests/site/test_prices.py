"""The listings of the lesson on several applications, run against the kit's own receivers."""

import json
from datetime import UTC, datetime
from types import ModuleType

import httpx
import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.services import make_engine
from hooklab.world import World


@pytest.fixture(scope="module")
def prices(listing) -> ModuleType:
    return listing("prices")


@pytest.fixture
def session(prices, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    SQLModel.metadata.create_all(engine, tables=[prices.Price.__table__, prices.Notice.__table__])
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def till():
    with World(now=lambda: datetime.now(UTC), seed=1) as world:
        yield world.mobile


def notices(prices, session) -> list:
    return list(session.exec(select(prices.Notice).order_by(prices.Notice.id)))


def send(prices, till, notice) -> bool:
    with httpx.Client() as client:
        return prices.is_taken(client, till.url, till.secret, notice)


def test_a_new_price_is_owed_to_each_receiver_and_an_old_one_to_nobody(prices, session):
    assert prices.reprice(session, "tea", 300, version=2)
    assert not prices.reprice(session, "tea", 250, version=1)
    assert not prices.reprice(session, "tea", 300, version=2)
    assert [each.receiver for each in notices(prices, session)] == ["tills", "web"]
    assert session.exec(select(prices.Price.cents)).all() == [300]


def test_a_notice_says_what_it_is_and_is_signed(prices, session, till):
    prices.reprice(session, "tea", 300, version=2)
    assert send(prices, till, notices(prices, session)[0])
    (delivery,) = till.deliveries
    assert till.problem(delivery) == ""
    assert delivery.json == {
        "id": delivery.message_id,
        "type": "price.changed",
        "version": 2,
        "data": {"article": "tea", "cents": 300},
    }


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 307}, {"drop": True}])
def test_only_a_success_is_a_yes(prices, session, till, fault):
    prices.reprice(session, "tea", 300, version=2)
    till.fail(**fault, times=1)
    assert not send(prices, till, notices(prices, session)[0])
    assert not till.deliveries


def test_a_notice_waits_for_the_older_one_about_its_article_alone(prices, session):
    prices.reprice(session, "tea", 300, version=1)
    prices.reprice(session, "tea", 350, version=2)
    prices.reprice(session, "cup", 900, version=3)
    first = prices.next_for(session, "web", now=0)
    assert json.loads(first.body)["version"] == 1
    first.due_at = 60
    session.add(first)
    session.flush()
    assert prices.next_for(session, "web", now=0).article == "cup"
    assert prices.next_for(session, "tills", now=0).article == "tea"
    first.is_taken = True
    session.flush()
    assert json.loads(prices.next_for(session, "web", now=0).body)["version"] == 2


def test_a_round_that_fails_is_heard_of_after_all_have_run(prices):
    ran = []

    def broken() -> int:
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        prices.run_all([broken, lambda: ran.append("web") or 3])
    assert ran == ["web"]
    assert prices.run_all([lambda: 1, lambda: 3]) == 4
