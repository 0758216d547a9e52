"""A lab around the app of a toy exercise, and somebody who visits its pages without a browser."""

import re
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hooklab import catalogue
from hooklab.browser.door import Door
from hooklab.workbench.lab_app import lab_app
from hooklab.workbench.stage import Stage, Subject
from hooklab.workbench.workbench import Workbench
from hooklab.worker.launch import start_launcher

COURSE = catalogue.load(Path(__file__).parents[1] / "toy")
SLUG = "ledger"
DOOR = Door(8765, "a-token", "en", "hooklab lab")
ORIGIN = "http://127.0.0.1:8765"


@pytest.fixture(scope="package")
def launcher():
    launcher = start_launcher()
    yield launcher
    launcher.close()


@pytest.fixture
def open_bench(launcher):
    """Opens a lab around the app in a folder; by default the solution of the ledger."""
    benches = []

    def open_(folder=None, slug=SLUG):
        subject = Subject(COURSE, slug, folder or COURSE.solution(slug))
        benches.append(Workbench(partial(Stage, subject, launcher)))
        return benches[-1]

    yield open_
    for bench in benches:
        bench.close()


@pytest.fixture
def bench(open_bench):
    return open_bench()


@pytest.fixture
def visitor(bench):
    return Visitor(bench)


class Visitor:
    """Reads the pages of a lab and presses their buttons."""

    def __init__(self, bench, language="en"):
        app = lab_app(bench, DOOR._replace(language=language))
        headers = {"origin": ORIGIN, "accept-language": language}
        self.client = TestClient(app, base_url=ORIGIN, headers=headers)
        assert self.client.get("/", params={"token": DOOR.token}).status_code == 200

    def read(self, path="/"):
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def do(self, what, /, **fields):
        return self.client.post("/do", data={"do": what, **fields}, follow_redirects=False)


def text_of(page):
    """What stands on a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
