"""The listings of the lesson on organizations: every order of the events ends alike."""

from datetime import UTC, datetime
from itertools import permutations
from types import ModuleType

import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.sender import Clerk
from hooklab.sender.stories import backwards
from hooklab.services import make_engine

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def listings(listing) -> ModuleType:
    return listing("members")


@pytest.fixture
def session(listings):
    engine = make_engine("sqlite://")
    tables = [listings.Organization, listings.Membership, listings.Gone]
    SQLModel.metadata.create_all(engine, tables=[each.__table__ for each in tables])
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def life():
    """Founder, organization, membership, and the ends of the last two, as they happened."""
    return backwards(Clerk(1, lambda: START), "organization.created")[::-1]


def after(listings, session, events):
    """Who belongs to the organization after the events, which are then taken back."""
    for event in events:
        listings.apply(session, event.type, event.data)
    (organization_id,) = {
        event.data["id"] for event in events if event.type.startswith("organization.")
    }
    found = list(listings.members(session, organization_id))
    session.rollback()
    return found


def test_a_founder_belongs_to_the_organization_in_every_order(listings, session, life):
    founder = life[0].data["id"]
    for order in permutations(life[:3]):
        assert after(listings, session, order) == [founder]


def test_nobody_belongs_to_what_is_gone_in_any_order(listings, session, life):
    for order in permutations(life):
        assert after(listings, session, order) == []


@pytest.mark.parametrize("end", [3, 4])
def test_one_end_is_enough(listings, session, life, end):
    for order in permutations([*life[:3], life[end]]):
        assert after(listings, session, order) == []


def test_a_user_who_is_gone_belongs_nowhere(listings, session):
    clerk = Clerk(1, lambda: START)
    founder = clerk.user_created()
    organization = clerk.sample("organization.created", about=[founder])
    member = clerk.sample("organizationMembership.created", about=[founder, organization])
    for order in permutations([organization, member, clerk.user_deleted(founder)]):
        assert after(listings, session, order) == []


def test_an_older_role_replaces_no_newer_one(listings, session, life):
    joined = life[2].data
    promoted = joined | {"role": "org:admin", "updated_at": joined["updated_at"] + 1}
    for order in permutations([joined, promoted]):
        for data in order:
            listings.apply(session, "organizationMembership.updated", data)
        assert session.exec(select(listings.Membership.role)).one() == "org:admin"
        session.rollback()


def test_a_name_is_kept_in_no_membership(listings, life):
    person = life[2].data["public_user_data"]
    row = listings.membership(life[2].data).model_dump()
    assert person["first_name"]
    assert not {person["first_name"], person["identifier"]} & set(map(str, row.values()))
