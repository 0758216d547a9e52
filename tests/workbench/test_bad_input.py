"""What is wrong is said on the page, and nothing that was typed is lost."""

import socket
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit

import pytest

from hooklab.browser.listening import listening
from hooklab.cli.lab_page import served
from hooklab.errors import HooklabError
from hooklab.sender import Clerk
from hooklab.workbench.acts import LONGEST_BODY
from hooklab.workbench.elsewhere import Elsewhere
from hooklab.workbench.workbench import Workbench
from hooklab.world import World

from .conftest import Visitor, text_of

SECRET = "whsec_" + "A" * 32


@pytest.fixture
def nowhere():
    """A lab for an app at an address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    clerk = Clerk(seed=1, now=_now)
    clerk.user_created()
    url = urlsplit(f"http://127.0.0.1:{port}/webhooks/clerk")
    with World(now=_now, seed=1) as world:
        world.start("mail")
        bench = Workbench(lambda _arrived, _name: Elsewhere(url, SECRET, clerk, world))
        yield Visitor(bench)
        bench.close()


def _now():
    return datetime.now(UTC)


def test_no_app_at_the_address(nowhere):
    typed = "data.first_name=Ada"
    assert nowhere.do("send", event="user.updated", person=1, changes=typed).status_code == 303
    page = unescape(nowhere.read())
    assert "nothing listens there" in text_of(page)
    # What was sent last stands in the form, to be sent again once the app runs.
    assert f">{typed}</textarea>" in page
    assert "<option selected>user.updated</option>" in page


def test_an_app_elsewhere_cannot_be_stopped_or_moved(nowhere):
    for what, fields in (("break", {"what": "kill"}), ("move", {"minutes": "7"}), ("cron", {})):
        answer = nowhere.do(what, **fields)
        assert answer.status_code == 422
        assert "this app runs elsewhere" in text_of(answer.text)


def test_an_app_that_does_not_start(open_bench, tmp_path):
    app = tmp_path / "app.py"
    app.write_text("\nimport nowhere_at_all\n")
    bench = open_bench(tmp_path)
    visitor = Visitor(bench)
    page = unescape(text_of(visitor.read()))
    for told in ("The app does not start.", "nowhere_at_all", "app.py:2", "press “Start”"):
        assert told in page
    app.write_text(
        "from fastapi import FastAPI\n\ndef create_app(settings):\n    return FastAPI()\n"
    )
    visitor.do("break", what="start")
    page = text_of(visitor.read())
    assert "The app does not start." not in page
    assert "1 process runs" in page


@pytest.mark.parametrize("path", ["/", "/outside", "/tables", "/story"])
def test_every_page_is_there_while_the_app_does_not_start(open_bench, tmp_path, path):
    (tmp_path / "app.py").write_text("1 +\n")
    assert "The app does not start." in Visitor(open_bench(tmp_path)).read(path)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"body": '{"type": '}, "what you wrote is no JSON"),
        ({"body": "[]"}, "what you wrote"),
        ({"person": "77"}, "there is no person number 77"),
        ({"event": "moon.landed"}, "there is no event “moon.landed”"),
        ({"changes": "first name Ada"}, "first name Ada"),
        ({"repeat": "0"}, "“0” cannot be used for “One after the other”"),
        ({"age": "yesterday"}, "“yesterday” cannot be used for “Signed so many minutes ago”"),
    ],
)
def test_what_cannot_be_sent(visitor, bench, typed, said):
    kept = {"event": "user.updated", "changes": "data.last_name=Zuse", "delay": "2.5", "drop": "on"}
    answer = visitor.do("send", **{**kept, **typed})
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert said in text_of(page)
    for name, value in {**kept, **typed}.items():
        if name not in ("drop", "event", "person"):
            assert value in page, name
    assert 'name="drop" checked' in page
    assert bench.story == []


def test_a_body_over_the_limit(visitor, bench):
    body = "x" * (LONGEST_BODY + 1)
    answer = visitor.do("send", body=body, burst="3")
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "the body is longer than 1024 KiB" in text_of(page[: page.index("<form")])
    assert body in page
    assert 'name="burst" value="3"' in page
    assert bench.story == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"method": "BREW"}, "Method"),
        ({"path": "no slash"}, "Path"),
        ({"path": "/a\r\nevil: 1"}, "Path"),
        ({"bearer": "the king"}, "Who asks"),
    ],
)
def test_a_request_that_is_none(visitor, bench, typed, field):
    answer = visitor.do("ask", **{"path": "/posts", "body": '{"text": "kept"}', **typed})
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert f"cannot be used for “{field}”" in text_of(page)
    assert '{"text": "kept"}</textarea>' in page
    assert bench.story == []


def test_a_request_of_somebody_who_is_not_there(visitor):
    answer = visitor.do("ask", path="/posts", bearer="person", person="9")
    assert "there is no person number 9" in text_of(answer.text)
    assert 'name="path" value="/posts"' in answer.text


def test_a_clock_that_cannot_be_moved_so_far(visitor):
    answer = visitor.do("move", minutes="9999999")
    assert answer.status_code == 422
    assert 'name="minutes" value="9999999"' in answer.text


def test_a_fault_that_a_service_cannot_have(visitor):
    answer = visitor.do("fault", service="mail", way="status", status="9", times="4")
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "“9” cannot be used for “Status”" in text_of(page)
    mail = page[page.index('id="mail"') :]
    assert 'name="status" value="9"' in mail
    assert 'name="times" value="4"' in mail


def test_a_port_that_is_taken(bench):
    with listening(0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(HooklabError, match=f"port {port} cannot be had"), served(bench, port):
            pass
