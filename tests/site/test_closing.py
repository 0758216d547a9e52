"""The listings of the lesson on erasures, run against a service that can fail."""

from datetime import UTC, datetime
from types import ModuleType

import httpx
import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.services import make_engine
from hooklab.world import HttpService, Reply, Setup

KEY = b"secret"


class Registrar(HttpService):
    """Domains and indexes that can be removed once."""

    def __init__(self, setup):
        super().__init__(setup)
        self.things = {"/domains/acme.example", "/indexes/ws_1"}

    def answer(self, call):
        if call.path not in self.things:
            return Reply(404)
        self.things.remove(call.path)
        return Reply(204)


@pytest.fixture(scope="module")
def closing(listing) -> ModuleType:
    return listing("closing")


@pytest.fixture
def engine(closing, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'closing.db'}")
    names = (closing.Workspace, closing.Door, closing.Closing, closing.ClosingStep)
    SQLModel.metadata.create_all(engine, tables=[each.__table__ for each in names])
    with Session(engine) as session, session.begin():
        session.add(closing.Workspace(id="ws_1", domain="acme.example"))
    yield engine
    engine.dispose()


@pytest.fixture
def registrar():
    service = Registrar(Setup("registrar", lambda: datetime.now(UTC), 0, None))
    service.start()
    yield service
    service.close()


@pytest.fixture
def client(registrar):
    with httpx.Client(base_url=registrar.url, timeout=5) as client:
        yield client


def begin(closing, engine, now=0):
    with Session(engine) as session, session.begin():
        closing.begin(session, KEY, "ws_1", now)
    return the_closing(closing, engine)


def the_closing(closing, engine):
    with Session(engine) as session:
        return session.exec(select(closing.Closing)).one()


def statuses(closing, engine):
    with Session(engine) as session:
        return {each.name: each.status for each in session.exec(select(closing.ClosingStep))}


def test_a_door_lets_people_in_until_it_is_shut(closing, engine):
    door = closing.door_of(KEY, "ws_1")
    for _ in range(2):
        with Session(engine) as session, session.begin():
            assert closing.enter(session, door)
    begin(closing, engine)
    with Session(engine) as session, session.begin():
        assert not closing.enter(session, door)


def test_a_closing_that_begins_twice_begins_once(closing, engine):
    first = begin(closing, engine)
    assert begin(closing, engine, now=99) == first


def test_everything_is_removed_and_the_row_goes_last(closing, engine, registrar, client):
    closing.work(engine, client, begin(closing, engine), now=0)
    assert registrar.things == set()
    assert set(statuses(closing, engine).values()) == {"done"}
    left = the_closing(closing, engine)
    assert (left.domain, left.workspace_id) == (None, None)
    with Session(engine) as session:
        assert session.exec(select(closing.Workspace)).all() == []


def test_a_step_that_fails_waits_alone_and_is_tried_again(closing, engine, registrar, client):
    ours = begin(closing, engine)
    registrar.fail(status=500, times=1)
    closing.work(engine, client, ours, now=0)
    assert statuses(closing, engine) == {"domain": "pending", "index": "done", "row": "pending"}
    closing.work(engine, client, ours, now=closing.DELAY - 1)
    assert statuses(closing, engine)["domain"] == "pending"
    closing.work(engine, client, ours, now=closing.DELAY)
    assert set(statuses(closing, engine).values()) == {"done"}


def test_a_lost_answer_is_asked_for_again(closing, engine, registrar, client):
    ours = begin(closing, engine)
    registrar.fail(lost_answer=True, times=1)
    closing.work(engine, client, ours, now=0)
    assert registrar.things == set()
    assert statuses(closing, engine)["domain"] == "pending"
    closing.work(engine, client, ours, now=closing.DELAY)
    assert set(statuses(closing, engine).values()) == {"done"}
