"""Who is let in: a browser with the token, from a page of our own, at this machine's name."""

import re

import pytest
from starlette.testclient import TestClient

from .conftest import DOOR, ORIGIN

ANSWER = "/answer?learner=bob&exercise=knock"


@pytest.fixture
def stranger(instructor):
    """Somebody who knows the address and not the token."""
    return TestClient(instructor().client.app, base_url=ORIGIN, headers={"origin": ORIGIN})


@pytest.mark.parametrize("path", ["/", ANSWER, "/static/desk.js", "/nowhere"])
def test_without_the_token_there_is_nothing(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert "the whole address" in answer.text
    assert "Ada" not in answer.text


@pytest.mark.parametrize("token", ["", "wrong", "\N{SNOWMAN}", DOOR.token[:-1]])
def test_a_wrong_token_opens_nothing(stranger, token):
    assert stranger.get("/", params={"token": token}).status_code == 403
    cookie = f"{DOOR.cookie}={token}".encode()
    assert stranger.get("/", headers={b"cookie": cookie}).status_code == 403


def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_has(stranger):
    answer = stranger.get("/", params={"token": DOOR.token, "lang": "fr"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=fr")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert 'lang="fr"' in stranger.get("/?lang=fr").text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:9", ""])
def test_another_name_for_this_machine_is_refused(instructor, host):
    client = instructor().client
    assert client.get("/", headers={"host": host}).status_code == 421
    assert client.get("/", params={"token": DOOR.token}, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "https://127.0.0.1:8765"])
def test_a_page_of_another_site_sends_nothing(instructor, book, origin):
    grace = instructor()
    address, fields = grace.form("check:it_answers", learner="bob", exercise="knock")
    data = {**fields, "level": "0", "reason": "mine"}
    answer = grace.client.post(address, data=data, headers={"origin": origin})
    assert answer.status_code == 403
    del grace.client.headers["origin"]
    assert grace.client.post(address, data=data).status_code == 403


def test_localhost_is_a_name_of_its_own(instructor):
    client = instructor().client
    answer = client.get("/", headers={"host": "localhost:8765"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", ANSWER, "/questions", "/keys", "/static/desk.css", "/x"])
def test_no_page_loads_from_elsewhere_or_stays_in_a_cache(instructor, path):
    answer = instructor().client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    loaded = re.findall(r'(?:src|href|action|data)="([^"]*)"|url\(([^)]*)\)', answer.text)
    assert all(
        each[:1] in ("/", "?", "#") or each == "data:," for pair in loaded for each in pair if each
    )
    assert not any(each.startswith("//") for pair in loaded for each in pair)
