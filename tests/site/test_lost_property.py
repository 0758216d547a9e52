"""The listings of the lesson on resilience, run."""

from types import ModuleType

import pytest
from sqlmodel import Session, SQLModel

from hooklab.services import make_engine

NOW = 1_000_000
HOUR = 3600


@pytest.fixture(scope="module")
def office(listing) -> ModuleType:
    return listing("lost_property")


@pytest.fixture
def engine(office, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'office.db'}")
    SQLModel.metadata.create_all(
        engine, tables=[each.__table__ for each in (office.Slip, office.Thing)]
    )
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        yield session


def test_a_slip_is_filed_once(office, session):
    assert [office.file(session, "7", "umbrella", NOW) for _ in range(2)] == [True, False]


def test_a_slip_is_held_by_one_and_comes_back(office, session):
    office.file(session, "7", "umbrella", NOW)
    assert [office.take(session, NOW) for _ in range(2)] == ["7", None]
    assert [office.take(session, NOW + each) for each in (299, 300)] == [None, "7"]


def test_the_reason_decides_what_comes_next(office):
    def fail(error):
        def handle(_slip):
            raise error

        return handle

    def slip():
        return office.Slip(number="7", thing="hat", came_at=NOW, due_at=NOW, tries=0)

    done, aside, later = slip(), slip(), slip()
    office.work(done, NOW, lambda _slip: None)
    office.work(aside, NOW, fail(office.Illegible("coffee")))
    office.work(later, NOW, fail(office.Closed()))
    assert [each.state for each in (done, aside)] == ["done", "aside"]
    assert aside.why == "coffee"
    assert (later.state or "open", later.tries) == ("open", 1)
    assert 30 <= later.due_at - NOW <= 60


def test_a_pause_doubles_up_to_an_hour_and_is_never_the_same(office):
    for tries, longest in ((1, 60), (3, 240), (20, 3600)):
        found = {office.pause(tries) for _ in range(200)}
        assert min(found) >= longest // 2
        assert max(found) <= longest
        assert len(found) > 10


def test_a_card_has_the_same_key_after_a_lost_answer(office, session):
    thing = office.Thing(name="hat")
    session.add(thing)
    keys = []

    def lose(key, _name):
        keys.append(key)
        if len(keys) == 1:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        office.send_card(session, thing, lose)
    office.send_card(session, thing, lose)
    office.send_card(session, thing, lose)
    assert keys == ["card/hat", "card/hat"]


def test_what_lies_there_gets_a_slip(office, session):
    session.add(office.Thing(name="hat"))
    session.flush()
    office.count_shelves(session, ["hat", "cane"], "monday", NOW)
    assert office.take(session, NOW) == "shelf/cane/monday"
    assert office.take(session, NOW) is None


def things(office, session, count):
    session.add_all(office.Thing(name=f"t{number}") for number in range(count))
    session.flush()
    return [f"t{number}" for number in range(count)]


def test_a_short_list_strikes_off_nothing(office, session):
    names = things(office, session, 40)
    warning = office.strike_off(session, names[:20], lambda _name: False)
    assert warning.startswith("20 of 40")
    assert office.strike_off(session, names[2:], lambda name: name == "t0") is None
    left = {thing.name for thing in session.exec(office.select(office.Thing))}
    assert left == set(names) - {"t1"}


def test_slips_of_our_own_do_not_break_the_silence(office, session):
    assert not office.is_silent(session, NOW)
    office.file(session, "7", "hat", NOW)
    office.file(session, "shelf/cane/monday", "cane", NOW + 6 * HOUR)
    assert not office.is_silent(session, NOW + 6 * HOUR - 1)
    assert office.is_silent(session, NOW + 6 * HOUR)


def test_the_books_add_up(office, session):
    for number, state in (("1", "done"), ("2", "aside"), ("3", "open")):
        office.file(session, number, "hat", NOW)
        session.get(office.Slip, number).state = state
    session.flush()
    found = office.balance(session, ["1", "2", "3", "4"])
    assert found == {"done": 1, "aside": 1, "open": 1, "never came": 1}
