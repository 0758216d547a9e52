"""What is sent, stored and asked in bad faith: the pages stay, and nothing of it acts."""

import json
import shlex
import threading

import pytest

from hooklab.errors import HooklabError
from hooklab.workbench.acts import MoveClock
from hooklab.workbench.copies import as_command
from hooklab.workbench.stories_kept import SCHEMA, read_story

from .conftest import SLUG

HALF = "\\ud800"


def story_of(*acts):
    told = {"schema": SCHEMA, "exercise": SLUG, "seed": 0, "acts": acts}
    return json.dumps(told).encode()


def all_pages(visitor, bench):
    numbers = range(1, bench.timeline.last + 1)
    return ["/", "/outside", "/tables", "/story", "/timeline", *(f"/entry/{n}" for n in numbers)]


@pytest.mark.parametrize("number", [10**30, -1, 2**63])
def test_a_number_that_no_entry_can_have_is_no_page(visitor, number):
    assert visitor.client.get(f"/entry/{number}").status_code == 422
    assert visitor.client.get("/", params={"before": number}).status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"changes": f'data.first_name="{HALF}"'},
        {"changes": f'type="{HALF}"'},
        {"changes": "data=[]"},
        {"changes": "data=5"},
        {"changes": "data.first_name=5"},
        {"changes": "data.email_addresses=[5]"},
        {"body": '{"type": "user.created", "data": {"object": "user", "first_name": [1]}}'},
        {"body": f'{{"type": "{HALF}", "data": {{"user": 5}}}}'},
        {"body": '{"id": "msg_a\\r\\nx: y", "payload": {"type": "user.created", "data": {}}}'},
        {"body": f'{{"id": "msg_{HALF}", "payload": {{"type": "user.created", "data": {{}}}}}}'},
        {"body": f'{{"headers": {{}}, "body": "{HALF}"}}'},
    ],
)
@pytest.mark.parametrize("delay", ["", "5"])
def test_an_event_of_any_shape_is_sent_and_shown(visitor, bench, fields, delay):
    answer = visitor.do("send", **fields, delay=delay)
    assert answer.status_code == 303 or 'role="alert"' in answer.text
    for path in all_pages(visitor, bench):
        visitor.read(path)


def test_a_type_that_was_made_up_is_no_shell_command(visitor, bench):
    visitor.do("send", changes="type=a; touch /tmp/x")
    visitor.do("send", body='{"type": "$(touch /tmp/x)", "data": {}}')
    entries = [each for each in bench.timeline.newest() if each.kind == "delivery"]
    for entry in entries:
        words = shlex.split(as_command(entry.data, "http://127.0.0.1:1"))
        assert words[:2] == ["hooklab", "send"]
        assert not {"touch", ";"}.intersection(words)


def test_the_end_of_time_is_no_work_that_is_due(open_bench, tmp_path):
    (tmp_path / "app.py").write_text(NEVER)
    bench = open_bench(tmp_path)
    before = bench.stage.now()
    with pytest.raises(HooklabError, match="within the next year"):
        bench.perform(MoveClock(to="work"))
    assert bench.stage.now() == before


NEVER = """
import sqlite3

from fastapi import FastAPI


def create_app(settings):
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as base:
        base.execute("CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, due TEXT)")
        base.execute("INSERT INTO job (due) VALUES ('9999-12-31T23:59:59')")
        base.execute("INSERT INTO job (due) VALUES ('0001-01-01T00:00:00+23:59')")
    return FastAPI()
"""


def test_a_long_story_ends_when_the_lab_does(bench):
    story = read_story(story_of(*[{"do": "send", "repeat": 50, "burst": 50}] * 500), bench)
    refused = []

    def replay():
        with pytest.raises(HooklabError, match="closed") as raised:
            bench.begin_again(*story)
        refused.append(raised)

    thread = threading.Thread(target=replay)
    thread.start()
    while bench.timeline.last < 3 and thread.is_alive():
        thread.join(0.01)
    bench.hush()
    thread.join(30)
    assert refused
    assert bench.timeline.last < 125_000


def test_who_looks_while_another_begins_again_sees_a_page(visitor, bench):
    ended = threading.Event()

    def begin():
        for _number in range(5):
            bench.begin_again()
        ended.set()

    thread = threading.Thread(target=begin)
    thread.start()
    looks = 0
    while not ended.is_set():
        visitor.read("/timeline")
        looks += 1
    thread.join()
    assert looks > 5
