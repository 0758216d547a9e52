"""The listings of the lesson on outside services, run against answers that are made up."""

import json
from types import ModuleType

import httpx
import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.services import make_engine


@pytest.fixture(scope="module")
def orders(listing) -> ModuleType:
    return listing("book_orders")


@pytest.fixture
def session(orders, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    tables = [each.__table__ for each in (orders.Sale, orders.Errand, orders.Turn)]
    SQLModel.metadata.create_all(engine, tables=tables)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def sale(orders):
    return orders.Sale(order_id="o_1", title="Emma", name="Ada", email="Ada@Example.org", sold_at=7)


class Service:
    """Answers with what it is given, one after the other, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict]] = []

    def client(self) -> httpx.Client:
        return httpx.Client(base_url="http://service", transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, request.url.path, json.loads(request.content)))
        return self.answers.pop(0)


def test_an_answer_that_is_no_success_is_a_refusal(orders):
    busy = Service(httpx.Response(429, headers={"Retry-After": "30"}))
    with pytest.raises(orders.Refusal) as refusal:
        orders.call(busy.client(), "POST", "/", {})
    assert (refusal.value.status, refusal.value.pause) == (429, 30)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada", "Ada"),
        (None, "somebody"),
        ("@everyone", r"\@everyone"),
        ("[click](https://evil.example)", r"\[click\]\(https://evil.example\)"),
        ("Ada\n# Sold out", r"Ada \# Sold out"),
    ],
)
def test_a_name_has_no_power_over_the_channel(orders, sale, name, shown):
    sale.name = name
    said = orders.message(sale)
    assert said["content"] == f"“Emma” goes to {shown}"
    assert said["allowed_mentions"] == {"parse": []}


def test_only_who_asked_is_invited(orders, sale):
    club = Service(httpx.Response(200))
    orders.invite(club.client(), sale)
    assert not club.asked
    sale.joins_club = True
    orders.invite(club.client(), sale)
    assert club.asked == [
        ("PUT", "/people/ada@example.org", {"name": "Ada", "state_if_new": "invited"})
    ]


def test_an_account_that_exists_is_updated(orders, sale):
    made = Service(httpx.Response(201, json={"number": 5}))
    assert orders.account(made.client(), sale) == "5"
    taken = Service(httpx.Response(409, json={"taken_by": 4}), httpx.Response(200))
    assert orders.account(taken.client(), sale) == "4"
    assert [each[:2] for each in taken.asked] == [("POST", "/accounts"), ("PUT", "/accounts/4")]
    with pytest.raises(orders.Refusal):
        orders.account(Service(httpx.Response(500)).client(), sale)


def test_a_sale_is_counted_under_an_id_of_its_own_and_without_its_buyer(orders, sale):
    statistics = Service(httpx.Response(200), httpx.Response(200))
    for _ in range(2):
        orders.count(statistics.client(), sale)
    first, second = (body for _method, _path, body in statistics.asked)
    assert first == second == {"id": "bookshop-sale-o_1", "title": "Emma", "at": 7}


def test_every_service_is_owed_the_sale_once(orders, session, sale):
    for _ in range(2):
        orders.record(session, sale, now=10)
    errands = session.exec(select(orders.Errand)).all()
    assert {each.service for each in errands} == set(orders.SERVICES)
    assert len(errands) == 4


def test_turns_lie_apart_and_wait_for_a_service_that_wants_silence(orders, session):
    assert [orders.next_turn(session, "discord", 100) for _ in range(3)] == [100, 102, 104]
    assert orders.next_turn(session, "discord", 200) == 200
    orders.leave_alone(session, "discord", 500)
    assert orders.next_turn(session, "discord", 201) == 500
    orders.leave_alone(session, "discord", 300)
    assert orders.next_turn(session, "discord", 202) == 502
