"""The listings of module 1, and what is wrong with them."""

import asyncio
from datetime import UTC, datetime
from types import ModuleType

import httpx
import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.sender import Clerk
from hooklab.services import make_engine


@pytest.fixture(scope="module")
def first_steps(listing) -> ModuleType:
    return listing("first_steps")


@pytest.fixture
def engine(first_steps, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'people.db'}")
    SQLModel.metadata.create_all(engine, tables=[first_steps.Person.__table__])
    yield engine
    engine.dispose()


def people(first_steps, engine):
    with Session(engine) as session:
        return {each.clerk_id: each.first_name for each in session.exec(select(first_steps.Person))}


def clerk():
    return Clerk(seed=1, now=lambda: datetime.now(UTC))


def post(app, payload):
    async def send():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.post("/webhooks/clerk", json=payload)

    return asyncio.run(send()).status_code


def test_an_event_of_clerk_is_stored_and_so_is_anything_else(first_steps, engine):
    app = first_steps.app_that_is_told(engine)
    signup = clerk().user_created(first_name="Ada")
    invented = {"type": "user.created", "data": {"id": "user_1", "first_name": "Eve"}}
    assert [post(app, payload) for payload in (signup.payload, invented)] == [200, 200]
    assert people(first_steps, engine) == {signup.user_id: "Ada", "user_1": "Eve"}


def test_an_upsert_stores_who_comes_and_hears_of_nobody_else(first_steps, engine):
    directory = clerk()
    ada, _bob = (directory.user_created(first_name=name) for name in ("Ada", "Bob"))
    with Session(engine) as session:
        for profile in (ada.data, ada.data, directory.user_updated(ada, first_name="Ann").data):
            first_steps.at_login(session, profile)
    assert people(first_steps, engine) == {ada.user_id: "Ann"}
    directory.user_deleted(ada)
    assert people(first_steps, engine) == {ada.user_id: "Ann"}
