"""What services keep under a key, and the secrets that clients show them."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hooklab.world import Call
from hooklab.world.credentials import basic, bearer
from hooklab.world.records import Store


@dataclass(frozen=True)
class Thing:
    name: str
    size: int = 1


@pytest.fixture
def store():
    store = Store()
    store.put("a", Thing("first"))
    store.put("b", Thing("second"))
    return store


def test_it_is_read_like_a_dict_in_order_of_arrival(store):
    assert dict(store) == {"a": Thing("first"), "b": Thing("second")}
    assert (len(store), "a" in store, store.get("c")) == (2, True, None)
    with pytest.raises(KeyError):
        store["c"]


def test_a_change_keeps_the_place(store):
    assert store.change("a", size=7) == Thing("first", 7)
    assert list(store.items()) == [("a", Thing("first", 7)), ("b", Thing("second"))]


@pytest.mark.parametrize("view", ["keys", "values", "items"])
def test_a_loop_sees_one_moment(store, view):
    rounds = 0
    for rounds, _ in enumerate(getattr(store, view)(), 1):
        store.put(f"new {rounds}", Thing("new"))
        store.drop("b")
    assert rounds == 2
    assert list(store) == ["a", "new 1", "new 2"]


def call_with(authorization):
    headers = {"authorization": authorization} if authorization else {}
    return Call("GET", "/", {}, headers, b"", datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer secret", "secret"), ("bearer  secret ", "secret"), ("Basic secret", ""), (None, "")],
)
def test_a_bearer_token_is_read(header, token):
    assert bearer(call_with(header)) == token


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        ("Basic " + base64.b64encode(b"ada:a:b").decode(), ("ada", "a:b")),
        ("Basic " + base64.b64encode(b"key").decode(), ("key", "")),
        ("Basic " + base64.b64encode(b"\xff:\xfe").decode(), ("", "")),
        ("Basic YQ", ("", "")),
        ("Bearer YTpi", ("", "")),
        (None, ("", "")),
    ],
)
def test_user_and_password_are_read(header, pair):
    assert basic(call_with(header)) == pair
