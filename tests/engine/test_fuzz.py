"""What crosses the wall, drawn at random: the trusted side raises nothing but its own refusals."""

import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooklab.deadline import Deadline
from hooklab.errors import HooklabError
from hooklab.grading.database import SqliteDatabase
from hooklab.grading.failure import CheckFailed
from hooklab.grading.log_file import LogFile
from hooklab.grading.logs import Logs
from hooklab.grading.page import read_page
from hooklab.grading.printed import shorten
from hooklab.grading.response import send
from hooklab.grading.rows import Rows
from hooklab.grading.start_failures import not_running
from hooklab.grading.statements import read_statements
from hooklab.reports import formats
from hooklab.reports.clean import cell, clean
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard
from hooklab.worker.job import Job
from hooklab.worker.launch import Started
from hooklab.worker.process import Worker, read_failure

# The same examples each time: a test that fails now and then helps nobody.
bounded = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
REFUSALS = (CheckFailed, HooklabError)

any_text = st.text(st.characters(exclude_categories=()))
words = st.sampled_from(
    ["event", "failed", "ready", "done", "held", "of", "stage", "error", "import", "result", "type"]
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | words,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words | any_text, inner, max_size=4)
    ),
    max_leaves=12,
)
messages = st.dictionaries(words, plain, max_size=6)
lines = st.lists(
    st.binary(max_size=200) | messages.map(lambda each: json.dumps(each).encode()), max_size=8
).map(b"\n".join)


class Wire:
    """A launcher whose worker has said all that it will ever say."""

    def __init__(self, said: bytes) -> None:
        self._said = said

    def start(self, _job, _listener) -> Started:
        ours, theirs = socket.socketpair()
        theirs.sendall(self._said)
        theirs.close()
        return Started(0, ours)

    def end(self, _pid) -> int:
        return 0

    def strays(self) -> set[int]:
        return set()


@bounded
@given(lines)
def test_control_messages(said):
    job = Job("f", "h", "c", "l", {}, "now", isolation="process")
    worker = Worker(Wire(said), job, None)
    failure = worker.wait_until_ready()
    if failure:
        assert str(not_running(failure))
        assert isinstance(not_running(failure).place, str)
    assert worker.settle() in (True, False)
    assert worker.wait_for_held(1, Deadline(0.01)) >= 0
    worker.end()


@bounded
@given(messages)
def test_failures_that_a_worker_tells_of(message):
    failure = read_failure({**message, "event": "failed"})
    assert all(isinstance(text, str) for text in failure.error.values())
    assert str(not_running(failure))


@bounded
@given(plain)
def test_statements_that_a_worker_tells_of(noted):
    for statement in read_statements(noted) + read_statements([noted, {"plan": noted}]):
        assert isinstance(str(statement), str)
        assert statement.reads_all("user") in (True, False)


@bounded
@given(st.binary(max_size=3000) | lines)
def test_log_lines(tmp_path, printed):
    log = LogFile(Path(str(tmp_path), f"log{len(list(tmp_path.iterdir()))}"))
    log.path.write_bytes(printed)
    logs = Logs(log.text, lambda: None)
    assert all(isinstance(line, dict) for line in logs.lines)
    assert logs.about("x") == []
    assert len(shorten(logs.text).splitlines()) < 50
    log.close()


TYPES = [
    "TEXT",
    "INTEGER",
    "DATETIME",
    "DATE",
    "TIME",
    "JSON",
    "BOOLEAN",
    "NUMERIC",
    "BLOB",
    "ENUM",
]
values = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.binary() | st.text()


def look_at(path: Path) -> None:
    """Every look at a database; whatever is raised but a refusal fails the test."""
    known = SqliteDatabase(path)
    rows = Rows(known.engine, lambda: None)
    for look in (
        rows.tables,
        lambda: rows.rows("user"),
        lambda: rows.rows("user", id="a"),
        lambda: rows.schema("user"),
        lambda: rows.expect("user", 3, id=1),
    ):
        with suppress(CheckFailed):
            look()
    known.close()


@bounded
@given(st.lists(st.tuples(st.sampled_from(TYPES), values), min_size=1, max_size=5))
def test_database_contents(tmp_path, columns):
    path = tmp_path / "app.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as app:
        app.execute("PRAGMA synchronous = OFF")
        names = ", ".join(f"c{number} {kind}" for number, (kind, _value) in enumerate(columns))
        app.execute(f"CREATE TABLE user (id TEXT, {names})")
        marks = ", ".join("?" * len(columns))
        app.execute(f"INSERT INTO user VALUES ('a', {marks})", [value for _kind, value in columns])
    look_at(path)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "app.db"
    with closing(sqlite3.connect(path)) as app:
        app.execute("CREATE TABLE user (id TEXT PRIMARY KEY, name TEXT UNIQUE)")
        app.execute("CREATE INDEX i ON user (name) WHERE id > 'a'")
        app.executemany("INSERT INTO user VALUES (?, ?)", [(str(n), "x" * n) for n in range(50)])
        app.commit()
    return path.read_bytes()


@bounded
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4095), st.binary(max_size=6))))
def test_files_of_databases_that_are_damaged(tmp_path, page_file, damage):
    data = bytearray(page_file)
    for page, at, new in damage:
        data[page * 4096 + at : page * 4096 + at + len(new)] = new
    path = tmp_path / "app.db"
    path.write_bytes(data)
    look_at(path)


PIECES = """
    < > </ <a <b> </b> <table> <tr> <td> <li> <select> <option> <svg> <title> <script> <!-- --> <!
    & &# &amp; &#x41; ' " = / href= id=a aria-labelledby=a hidden <label for=a> <input <p> </p>
"""
pieces = st.sampled_from(PIECES.split())
markup = st.lists(pieces | any_text.map(lambda each: each[:5]), max_size=60).map(" ".join)


@bounded
@given(markup)
def test_pages(html):
    page = read_page(html)
    with suppress(CheckFailed):
        for element in page.find_all():
            assert isinstance(element.name + element.role + element.text, str)
            assert element.is_hidden in (True, False)
        assert page.find(role="button", name="x")


class OneAnswer:
    """A server that gives each connection the same bytes."""

    def __init__(self) -> None:
        self.answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(self.answer)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def server() -> Iterator[OneAnswer]:
    server = OneAnswer()
    yield server
    server.close()


heads = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 999999999999 x",
            b"HTTP/9 -1",
            b"content-type: text/html",
            b"content-length: 5",
            b"content-length: -1",
            b"content-length: x",
            b"transfer-encoding: chunked",
            b"location: //x",
            b"",
            b"5",
            b"ffffffffffffffff",
            b"[[[[",
        ]
    )
    | st.binary(max_size=30),
    max_size=10,
).map(b"\r\n".join)


@bounded
@given(heads, markup.map(lambda each: each.encode("utf-8", "replace")) | st.binary())
def test_http_answers(server, head, body):
    server.answer = head + b"\r\n\r\n" + body
    response = send(
        server.port, "GET", "/", headers={}, body=b"", deadline=Deadline(2), request="GET /"
    )
    with suppress(*REFUSALS):
        assert isinstance(str(response), str)
        response.expect("2xx")
        assert response.json is not None or response.text == "null"


@bounded
@given(any_text)
def test_words_in_reports(said):
    check = CheckResult("c", "C", 0.0, 1.0, "not_earned", said, said, 0.0)
    criterion = CriterionResult("all", "All", 0.0, 1.0, "auto", (check,))
    card = Scorecard("1", "process", 0, (ExerciseResult("s", "S", 0.0, 1.0, (criterion,)),))
    for form in formats.WRITERS:
        formats.render(card, form).encode()
    ElementTree.fromstring(formats.render(card, "junit"))
    assert json.loads(formats.render(card, "json"))["exercises"]
    assert clean(clean(said)) == clean(said)
    assert "\n" not in cell(said)
