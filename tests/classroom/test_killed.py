"""No grade is lost and none is made twice: killed at any moment, or on a full disk."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from hooklab.classroom.book_tables import BookTable
from hooklab.classroom.gradebook import Gradebook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of files")

SCRIPT = Path(__file__).with_name("one_class.py")
LEARNERS = 30
KILLS = 6
HUNDRED = 100
SECONDS = 0.02


@pytest.fixture
def start(class_, book_file):
    """Start grading the class in a process of its own."""

    def run(*, size: int = 0, seconds: float = SECONDS) -> subprocess.Popen[str]:
        command = ["class", "grade", str(class_.folder), "--gradebook", str(book_file)]
        return subprocess.Popen(
            [sys.executable, str(SCRIPT), str(size), str(seconds), *command, "--allow-unconfined"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


@pytest.fixture
def handed_in(class_):
    for number in range(LEARNERS):
        class_.hand_in(f"learner{number:02}/knock", f"good {number // 2}")
    class_.leave("zoe/knock")


def query(book_file, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(book_file)) as connection:
        return connection.execute(statement).fetchall()


def rows(book_file) -> list[tuple[int, str, str]]:
    return query(book_file, "SELECT run_id, learner, status FROM result")


def assert_all_graded_once(book_file):
    known = rows(book_file)
    assert len({learner for _run, learner, _status in known}) == len(known) == LEARNERS + 1
    assert {run for run, _learner, _status in known} == {1}
    with Gradebook(str(book_file)) as book:
        scorecards = [book.scorecard(each.grade) for each in book.standings().values()]
    assert all(scorecards)


@pytest.mark.parametrize("seed", [random.randrange(2**32)], ids=["drawn"])
def test_killed_at_any_moment_it_goes_on_where_it_was(start, handed_in, book_file, seed):
    moments = random.Random(seed)
    had = 0
    for _number in range(KILLS):
        process = start()
        # Without a line it is killed while it looks through the class, or makes the gradebook.
        if moments.random() < 0.8:
            process.stderr.readline()
        time.sleep(moments.uniform(0, LEARNERS * SECONDS / KILLS))
        process.kill()
        process.communicate()
        now = len(rows(book_file)) if has_tables(book_file) else 0
        assert now >= had
        had = now
        # Afterwards the command would grade the class anew.
        if had and is_finished(book_file):
            break
    if not had or not is_finished(book_file):
        process = start(seconds=0)
        _out, err = process.communicate()
        assert process.returncode == 0, err
        assert ("kept" in err) == bool(had)
    assert_all_graded_once(book_file)


@pytest.fixture
def many(course):
    """Runs `hooklab` in a fork of a warm process, and kills it after some seconds; its status."""
    script = SCRIPT.with_name("many_classes.py")
    process = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=course.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )

    def run(seconds: float, answer: float, *words: object) -> int:
        process.stdin.write(json.dumps([answer, *map(str, words)]) + "\n")
        process.stdin.flush()
        pid = json.loads(process.stderr.readline())
        # Whoever has ended by then is no process any more, and nobody else is called so yet.
        killer = threading.Timer(seconds, lambda: suppressed_kill(pid))
        killer.start()
        status = json.loads(process.stderr.readline())
        killer.cancel()
        return status

    yield run
    process.communicate()


def suppressed_kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without fork, importing takes too long")
@pytest.mark.parametrize("seed", [random.randrange(2**32)], ids=["drawn"])
def test_killed_a_hundred_times_it_has_lost_nothing_and_made_nothing_twice(
    many, handed_in, class_, tmp_path, seed
):
    moments, killed, books = random.Random(seed), 0, []
    command = ("class", "grade", class_.folder, "--allow-unconfined")
    while killed < HUNDRED:
        books.append(tmp_path / f"grades{len(books)}.db")
        had, longest = 0, 0.25
        while True:
            # In time for looking through the class, making the tables, and any of the answers.
            status = many(moments.uniform(0, longest), 0.002, *command, "--gradebook", books[-1])
            known = rows(books[-1]) if books[-1].exists() and has_tables(books[-1]) else []
            assert len(known) >= had
            # A busy machine needs longer to get anywhere.
            longest *= 1.2 if len(known) == had else 1
            had = len(known)
            if status == 0:
                break
            assert status == -signal.SIGKILL
            killed += 1
            # Killed between its last step and its end, it would grade the class anew.
            if had and is_finished(books[-1]):
                break
        assert_all_graded_once(books[-1])


def has_tables(book_file) -> bool:
    tables = query(book_file, "SELECT name FROM sqlite_master WHERE type = 'table'")
    # The step that makes the tables is one transaction.
    assert len(tables) in (0, len(BookTable.metadata.tables) + 1)
    return bool(tables)


def is_finished(book_file) -> bool:
    return bool(query(book_file, "SELECT 1 FROM run WHERE finished_at IS NOT NULL"))


def test_on_a_full_disk_what_is_kept_stays_and_the_rest_is_graded_later(
    start, handed_in, book_file
):
    process = start(size=60_000, seconds=0)
    _out, err = process.communicate()
    assert process.returncode == 2
    assert "cannot be used" in err
    assert "what it has already is kept" in err
    had = len(rows(book_file))
    assert 0 < had < LEARNERS
    process = start(seconds=0)
    _out, err = process.communicate()
    assert process.returncode == 0, err
    assert f"{had} grades are kept" in err
    assert_all_graded_once(book_file)


def test_two_who_grade_the_same_class_at_once_make_no_grade_twice(start, handed_in, book_file):
    processes = [start(), start()]
    for process in processes:
        _out, err = process.communicate()
        assert process.returncode == 0, err
    known = rows(book_file)
    assert len({(run, learner) for run, learner, _status in known}) == len(known)
