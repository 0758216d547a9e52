"""The pages for a small class, and somebody who looks at them without a browser."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from hooklab.browser.door import Door
from hooklab.classroom.desk.desk_app import desk_app
from hooklab.classroom.desk.routes import Desk
from hooklab.classroom.gradebook import Gradebook

from ..one_book import fill

DOOR = Door(8765, "a-token", "en", "hooklab class serve")
ORIGIN = "http://127.0.0.1:8765"


@pytest.fixture
def filled(course, book_file):
    fill(course, book_file)
    return book_file


@pytest.fixture
def book(filled):
    with Gradebook(str(filled)) as book:
        yield book


@pytest.fixture
def instructor(course, filled):
    """Somebody called so, who has opened the address."""
    books = []

    def make(name="Grace", language="en"):
        books.append(Gradebook(str(filled)))
        app = desk_app(Desk(course, books[-1], name, language), DOOR)
        client = TestClient(app, base_url=ORIGIN, headers={"origin": ORIGIN})
        assert client.get("/", params={"token": DOOR.token}).status_code == 200
        return Instructor(client)

    yield make
    for book in books:
        book.close()


class Instructor:
    """Reads pages and sends their forms."""

    def __init__(self, client):
        self.client = client

    def read(self, path, **query):
        answer = self.client.get(f"{path}?{urlencode(query)}" if query else path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def form(self, key, **place):
        """The address and the hidden fields of the form for a question."""
        return hidden(self.read("/answer", **place), key)

    def decide(self, key, level, reason="fair", *, form=None, **place):
        address, fields = form or self.form(key, **place)
        typed = {"level": level, "reason": reason, "act": "keep"}
        typed = {**typed, **level} if isinstance(level, dict) else typed
        return self.client.post(address, data={**fields, **typed}, follow_redirects=False)


def hidden(page, key):
    forms = re.findall(r'<form class="decide".*?</form>', page, re.DOTALL)
    [form] = [each for each in forms if f'name="key" value="{key}"' in each]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return unescape(re.search(r'action="([^"]*)"', form)[1]), dict(fields)
