"""The listings of the lesson on analytics, run against the kit's Redis."""

from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, SQLModel

from hooklab.services import Settings, make_engine
from hooklab.services.redis import redis_client
from hooklab.world import World

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def museum(listing) -> ModuleType:
    return listing("museum")


@pytest.fixture
def engine(museum, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'museum.db'}")
    SQLModel.metadata.create_all(engine, tables=[museum.Visit.__table__])
    yield engine
    engine.dispose()


@pytest.fixture
def redis():
    with World(now=lambda: datetime.now(UTC), seed=1) as world:
        client = redis_client(Settings(_env_file=None, redis_url=world.redis.url))
        yield client
        client.close()


def came(museum, engine, *visits) -> list[bool]:
    with Session(engine) as session, session.begin():
        return [
            museum.came_in(session, ticket, at, cents, free=not cents)
            for ticket, at, cents in visits
        ]


def test_a_ticket_comes_in_once(museum, engine):
    assert came(museum, engine, ("a", 1, 900), ("a", 2, 900), ("b", 3, 900)) == [True, False, True]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2025, 3, 29), 7), (date(2025, 7, 1), 8), (date(2025, 10, 25), 9)]
)
def test_a_night_is_shorter_or_longer_when_clocks_change(museum, day, hours):
    halves = museum.night(day, PARIS)
    assert len(halves) == 2 * hours + 1
    assert [f"{each:%H:%M}" for each in (halves[0], halves[-1])] == ["22:00", "06:00"]
    moments = [each.timestamp() for each in halves]
    assert moments == [moments[0] + 1800 * n for n in range(len(halves))]


def test_an_average_has_a_denominator(museum, engine):
    with Session(engine) as session:
        assert museum.average_price(session) is None
    came(museum, engine, ("a", 1, 900), ("b", 2, 1100), ("child", 3, 0))
    with Session(engine) as session:
        assert museum.average_price(session) == 1000


def test_takings_count_once_end_and_are_counted_again(museum, engine, redis):
    tonight = datetime.now(PARIS).date()
    halves = museum.night(tonight, PARIS)
    began, key = int(halves[0].timestamp()), f"museum:takings:{tonight}"
    came(museum, engine, ("a", began, 900), ("b", began + 60, 1100), ("late", began - 1, 500))
    for _ in range(2):
        museum.add_takings(redis, tonight, halves[-1], {"a": 900})
    assert redis.hgetall(key) == {"a": "900"}
    redis.delete(key)
    museum.count_again(redis, engine, tonight, PARIS)
    assert redis.hgetall(key) == {"a": "900", "b": "1100"}
    left = halves[-1] + timedelta(days=1) - datetime.now(UTC)
    assert abs(redis.ttl(key) - left.total_seconds()) < 60


def test_a_label_is_text(museum):
    drawn = museum.meter('"><b>', 1, 4)
    assert "<b>" not in drawn
    assert 'aria-label="&quot;&gt;&lt;b&gt;: 1 of 4"' in drawn
    assert 'width="25.0%"' in drawn
    assert 'width="0.0%"' in museum.meter("closed", 0, 0)
