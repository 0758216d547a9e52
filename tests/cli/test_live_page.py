"""The page that `hooklab watch --page` serves: whom it answers, and what it tells them."""

import socket
import urllib.request
from contextlib import closing
from http.client import HTTPConnection

import pytest

from hooklab.cli.live_page import live_page
from hooklab.scorecard import Scorecard


def card(seed: int) -> Scorecard:
    return Scorecard("0.1.0", "process", seed, ())


@pytest.fixture
def page():
    with live_page() as page:
        page.show(card(1))
        yield page


def ask(page, path="/", host=None, method="GET"):
    """The status and the body."""
    port = int(page.address.rstrip("/").rpartition(":")[2])
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, headers={"host": host.format(port=port)} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_the_page_is_on_loopback_and_shows_what_is_known(page):
    assert page.address.startswith("http://127.0.0.1:")
    assert "seed: 1" in ask(page)[1]
    page.show(card(2))
    assert "seed: 2" in ask(page)[1]


def test_its_script_is_its_own(page):
    status, page_text = ask(page)
    assert (status, '<script src="follow.js" defer=""></script>' in page_text) == (200, True)
    assert "script-src 'self'" in page_text
    assert "EventSource" in ask(page, "/follow.js")[1]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("evil.example:{port}", 421),
        ("evil.example", 421),
        ("127.0.0.1", 421),
    ],
)
def test_no_site_can_read_it_under_another_name(page, host, status):
    assert ask(page, host=host)[0] == status


@pytest.mark.parametrize("path", ["/app.py", "/../live_page.py", "//evil.example/", "/follow.css"])
def test_it_serves_no_files(page, path):
    assert ask(page, path)[0] == 404


def test_it_only_answers_questions(page):
    assert ask(page, method="POST")[0] == 501


def test_each_new_page_is_told_to_whoever_listens(page):
    with urllib.request.urlopen(f"{page.address}changes", timeout=10) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert [stream.readline(), stream.readline()] == [b"data: 1\n", b"\n"]
        page.show(card(2))
        assert [stream.readline(), stream.readline()] == [b"data: 2\n", b"\n"]


def test_a_listener_keeps_nobody_from_ending():
    with (
        live_page() as page,
        urllib.request.urlopen(f"{page.address}changes", timeout=10) as stream,
    ):
        assert stream.readline() == b"data: 0\n"
        page.close()
        # It may be told the same once more; then it hears the end.
        assert set(stream.read().split(b"\n")) <= {b"", b"data: 0"}
    with socket.socket() as door:
        port = int(page.address.rstrip("/").rpartition(":")[2])
        assert door.connect_ex(("127.0.0.1", port)) != 0
