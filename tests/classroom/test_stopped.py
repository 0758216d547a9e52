"""A class run that is stopped in the middle leaves no process, and goes on when it is repeated."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

ANSWERS = 4
SECONDS = 60


@pytest.fixture
def start(course, class_, book_file):
    """Start grading more right answers than are graded before somebody stops it."""
    for number in range(ANSWERS):
        answer = shutil.copytree(course.solution("ledger"), class_ / f"learner{number}/ledger")
        with (answer / "app.py").open("a", encoding="utf-8") as file:
            # However fast the machine is, some are left when the first one is graded.
            file.write(f"import time\ntime.sleep(1)  # {number}\n")

    def run() -> subprocess.Popen[str]:
        command = ["class", "grade", str(class_.folder), "--gradebook", str(book_file), "--jobs=2"]
        return subprocess.Popen(
            [sys.executable, "-m", "hooklab", *command, "--allow-unconfined"],
            cwd=course.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # Whoever runs the tests in the background of a script ignores Ctrl-C; this must not.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    return run


def family(pid: int) -> set[int]:
    """The process and all that it has started, as far as they run."""
    found = {pid}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= family(int(child))
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_is_left_and_the_same_command_goes_on(start, book_file, number):
    process = start()
    assert process.stderr.readline().startswith(f"1/{ANSWERS} ")
    everybody = family(process.pid)
    assert len(everybody) >= 5
    # Ctrl-C goes to all processes of a terminal; the others are for one.
    send = os.killpg if number == signal.SIGINT else os.kill
    send(process.pid, number)
    _out, err = process.communicate()
    if number == signal.SIGINT:
        assert process.returncode == 2
        assert "Stopped; nothing is left running" in err
    deadline = time.monotonic() + SECONDS
    while (left := set(filter(is_running, everybody))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == set()
    again = start()
    _out, err = again.communicate()
    assert again.returncode == 0, err
    assert "kept" in err
    with closing(sqlite3.connect(book_file)) as connection:
        rows = connection.execute("SELECT run_id, learner, earned FROM result").fetchall()
    assert sorted(rows) == [(1, f"learner{number}", 3.0) for number in range(ANSWERS)]
