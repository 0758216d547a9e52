"""Fill the disk: with large files, with many, through a database.

HOSTILE techniques G, and E8: the slot's disk is bounded, and the check that fills it says so.
"""

import os
import shutil
import threading
import time
from pathlib import Path
from textwrap import indent

import pytest

from hooklab.limits import DEFAULTS

from .answers import RIGHT, WINDOW_POINTS, knock, window
from .arena import POSTGRES, require_postgres

# Between two looks, and until its processes stand still, an app goes on writing.
MOST_BYTES = 2 * (DEFAULTS.disk_mib << 20)

# Each ends by itself, so that nobody's memory is filled should nothing end it: after 3 GB, or
# 200,000 files.
FILLS = {
    "large files": (
        "for number in range(100):\n"
        "    Path(f'large{number}').write_bytes(bytes(30_000_000))\n"
        "print('BROKEN: wrote without end')"
    ),
    "many files": (
        "for number in range(200_000): Path(f'small{number}').touch()\n"
        "print('BROKEN: made files without end')"
    ),
    "folders in folders": (
        "for _number in range(200_000): os.mkdir('deep'); os.chdir('deep')\n"
        "print('BROKEN: made folders without end')"
    ),
    "folders of long names": (
        "for _number in range(30): os.mkdir('n' * 250); os.chdir('n' * 250)\n"
        "for number in range(100):\n"
        "    Path(f'large{number}').write_bytes(bytes(30_000_000))\n"
        "print('BROKEN: wrote without end')"
    ),
    "the compiled code": (
        "for number in range(100):\n"
        "    Path(sys.pycache_prefix, f'large{number}').write_bytes(bytes(30_000_000))\n"
        "print('BROKEN: wrote without end')"
    ),
    "children": (
        "for child in range(4):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid(); mark()\n"
        "        for number in range(25):\n"
        "            Path(f'large{child}-{number}').write_bytes(bytes(30_000_000))\n"
        "        say('BROKEN: wrote without end')\n"
        "        os._exit(0)\n"
        "time.sleep(20)"
    ),
}


class Scratch:
    """How much lies in a folder at most, while this is looked at."""

    def __init__(self, folder: Path) -> None:
        self.most = 0
        self._folder = folder
        self._before = shutil.disk_usage(folder).used
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Scratch":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            self.most = max(self.most, shutil.disk_usage(self._folder).used - self._before)


NAMELESS = """
kept = []
for number in range(100):
    file = open(f"large{number}", "wb")
    os.unlink(file.name)
    kept.append(file)
    file.write(bytes(30_000_000))
print("BROKEN: wrote without end")
"""
FROM_A_DAEMON = f"def fill():\n{indent(NAMELESS, '    ')}\ndaemon(fill)\ntime.sleep(20)"


@pytest.mark.parametrize("payload", [NAMELESS, FROM_A_DAEMON], ids=["its own", "a daemon's"])
def test_open_files_without_a_name_count(arena, payload):
    if arena.uid is not None or os.geteuid() != 0:
        pytest.skip("NOT PROVED HERE: an ordinary user is not told which files an app has open")
    _require_room(arena)
    with Scratch(arena.scratch) as scratch:
        found = arena.submit(knock(payload, value=RIGHT), only=("it_answers",), response_seconds=20)
    found.assert_lost("an app that writes at most")
    assert scratch.most < MOST_BYTES


def test_no_file_begins_without_a_name(arena):
    payload = """
    import tempfile
    attempt("made a file without a name", os.open, ".", os.O_TMPFILE | os.O_RDWR)
    attempt("made a file in memory", os.memfd_create, "x")
    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    """
    assert arena.submit(knock(payload, value=RIGHT), only=("it_answers",)).lost == []


@pytest.mark.parametrize("when", ["import", "call"])
@pytest.mark.parametrize("name", FILLS)
def test_whoever_fills_the_disk_is_ended_for_it(arena, name, when):
    _require_room(arena)
    with Scratch(arena.scratch) as scratch:
        found = arena.submit(
            knock(FILLS[name], when=when, value=RIGHT), only=("it_answers",), response_seconds=20
        )
    found.assert_lost("an app that writes at most")
    assert scratch.most < MOST_BYTES


def _require_room(arena):
    if shutil.disk_usage(arena.scratch).free < 5 * 1024**3:
        pytest.skip("NOT PROVED HERE: there are no 5 GiB to be filled")


ROWS = """
@app.get("/row")
def row(word: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (word TEXT, number INTEGER)"))
        {fill}
        print("BROKEN: wrote without end")
"""


def test_whoever_fills_an_sqlite_file_is_refused(arena):
    # One file is bounded by the system: SQLite tells it as an error of its own.
    fill = """for _time in range(400):
            connection.execute(text("INSERT INTO thing VALUES (hex(zeroblob(1000000)), 1)"))"""
    found = arena.submit(
        window(ROWS.replace("{fill}", fill)), "window", ("it_opens", "a_row_is_there")
    )
    found.assert_lost("OperationalError", earned=WINDOW_POINTS)


def test_whoever_fills_several_sqlite_files_is_ended_for_it(arena):
    fill = """for number in range(60):
            connection.execute(text(f"ATTACH '{database}{number}' AS more"))
            connection.execute(text("CREATE TABLE more.thing (word TEXT)"))
            connection.execute(text("INSERT INTO more.thing VALUES (hex(zeroblob(10000000)))"))
            connection.commit()
            connection.execute(text("DETACH more"))"""
    routes = ROWS.replace("{fill}", fill).replace("engine.begin()", "engine.connect()")
    found = arena.submit(
        window(routes), "window", ("it_opens", "a_row_is_there"), response_seconds=20
    )
    found.assert_lost("an app that writes at most", earned=WINDOW_POINTS)


def test_whoever_fills_a_server_is_ended_for_it(arena):
    require_postgres()
    # One statement, of a transaction that nobody else sees: 3 GB, were it not ended.
    fill = """connection.execute(text(
            "ALTER TABLE thing ALTER word SET STORAGE EXTERNAL"))
        connection.execute(text("INSERT INTO thing "
            "SELECT repeat('x', 1000000), 1 FROM generate_series(1, 3000)"))"""
    started = time.monotonic()
    found = arena.submit(
        window(ROWS.replace("{fill}", fill)),
        "window",
        ("it_opens", "a_row_is_there"),
        database=POSTGRES,
        response_seconds=25,
    )
    found.assert_lost("an app that writes at most", earned=WINDOW_POINTS)
    assert time.monotonic() - started < 20
