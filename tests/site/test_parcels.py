"""The listings of the lesson on onboarding, run."""

from types import ModuleType

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, select

from hooklab.services import make_engine

DUE = 3 * 24 * 3600


@pytest.fixture(scope="module")
def parcels(listing) -> ModuleType:
    return listing("parcels")


@pytest.fixture
def session(parcels, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    tables = [each.__table__ for each in (parcels.Parcel, parcels.Pickup, parcels.Nudge)]
    SQLModel.metadata.create_all(engine, tables=tables)
    with Session(engine) as session:
        session.add(parcels.Parcel(parcel_id="p_1"))
        session.flush()
        session.add(parcels.Nudge(id=1, parcel_id="p_1", sort="unpaid", due_at=DUE))
        session.commit()
        yield session
    engine.dispose()


def pickups(parcels, session) -> int:
    return len(session.exec(select(parcels.Pickup)).all())


@pytest.mark.parametrize("flags", [("paid", "packed"), ("packed", "paid")])
def test_the_later_flag_calls_one_courier(parcels, session, flags):
    first, last = flags
    parcels.mark(session, "p_1", first)
    parcels.mark(session, "p_1", first)
    assert pickups(parcels, session) == 0
    parcels.mark(session, "p_1", last)
    parcels.mark(session, "p_1", first)
    assert pickups(parcels, session) == 1


def test_a_nudge_is_taken_once_and_not_before_its_time(parcels, session):
    assert [parcels.take(session, 1, now) for now in (DUE - 1, DUE, DUE)] == [False, True, False]


def test_nobody_who_has_paid_is_nudged(parcels, session):
    parcels.mark(session, "p_1", "paid")
    assert not parcels.take(session, 1, DUE)


@pytest.mark.parametrize("parcel", ["p_1", "p_unknown"])
def test_the_database_refuses_a_second_nudge_and_one_for_nobody(parcels, session, parcel):
    session.add(parcels.Nudge(parcel_id=parcel, sort="unpaid", due_at=0))
    with pytest.raises(IntegrityError):
        session.flush()
