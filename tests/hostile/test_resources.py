"""Take time, memory, processes and files: the cause is named, and the next check starts clean.

HOSTILE techniques G, and what the trusted side reads without a bound.
"""

from pathlib import Path

import pytest

from .answers import RIGHT, WINDOW_POINTS, WRONG, WRONG_POINTS, knock, window
from .arena import KNOCK_POINTS, POSTGRES, require_postgres

# Megabytes that the judge may take for looking at an answer.
MOST_MEMORY = 200

HANGS = {
    "loops": "while True: pass",
    "sleeps": "time.sleep(3600)",
    "has a terrible pattern": "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')",
    "waits for itself": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "ignores every signal": (
        "for number in range(1, 65):\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "while True: time.sleep(1)"
    ),
    "swallows everything": (
        "while True:\n    try:\n        time.sleep(1)\n    except BaseException: pass"
    ),
}


@pytest.mark.parametrize("name", HANGS)
def test_an_import_that_hangs_is_given_up(arena, name):
    found = arena.submit(knock(HANGS[name], when="import"), start_seconds=1.5)
    found.assert_lost("did not start within")


@pytest.mark.parametrize("name", HANGS)
def test_a_call_that_hangs_is_given_up(arena, name):
    found = arena.submit(knock(HANGS[name], value=RIGHT), only=("it_answers",), response_seconds=1)
    found.assert_lost("no answer in time")


def test_input_is_empty(arena):
    arena.submit(knock("input('? ')", when="import")).assert_lost("EOFError")


def test_a_hang_of_one_request_costs_that_one(arena):
    payload = "if name == 'Grace': time.sleep(3600)"
    found = arena.submit(knock(payload, value=RIGHT), response_seconds=1)
    found.assert_lost("no answer in time", earned=WRONG_POINTS)


def test_a_slow_right_answer_is_right(arena):
    found = arena.submit(knock("time.sleep(1)", value=RIGHT), response_seconds=10)
    assert found.lost == []


PROGRAM = """
import subprocess
for away in (False, True):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", MARK],
                     start_new_session=away)
"""

# Each ends by itself, were it not ended: nothing here runs for longer than a minute.
STARTS = {
    "waits at its exit": "import atexit; atexit.register(time.sleep, 60)",
    "threads that never end": (
        "for _ in range(100): threading.Thread(target=time.sleep, args=(60,)).start()"
    ),
    "children": (
        "for _ in range(40):\n    if os.fork() == 0:\n        mark(); time.sleep(60); os._exit(0)"
    ),
    "programs": PROGRAM,
    "a daemon": "daemon(lambda: time.sleep(60))",
    "a daemon's daemon": "daemon(lambda: daemon(lambda: time.sleep(60)))",
    "a family": "family(8, lambda: time.sleep(60))",
    "somebody who runs away": "run_away(20)",
    "a family that ignores signals": (
        "def stay():\n"
        "    for number in (1, 2, 15, 18, 20): signal.signal(number, signal.SIG_IGN)\n"
        "    time.sleep(60)\n"
        "family(4, stay)"
    ),
    "a stopped daemon": "daemon(lambda: os.kill(os.getpid(), signal.SIGSTOP))",
    "many open files": "kept = [open('/dev/null') for _ in range(200)]",
}


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
@pytest.mark.parametrize("name", STARTS)
def test_nothing_that_an_answer_starts_survives(arena, name, value):
    found = arena.submit(knock(STARTS[name], when="import", value=value))
    assert found.earned <= (WRONG_POINTS if value == WRONG else KNOCK_POINTS)
    assert "could_not_grade" not in {check["outcome"] for check in found.checks.values()}


BOMB = """
for _ in range(400):
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        mark(); time.sleep(60); os._exit(0)
"""


def test_as_many_children_as_there_can_be_end_with_their_check(arena):
    # One check is enough: each of them costs seconds.
    found = arena.submit(knock(BOMB, value=RIGHT), only=("it_answers",), response_seconds=20)
    assert found.lost == [], "it answers, whatever else it does"


BOMBS = {
    "memory": ("return 'Hello' + ' ' * 8 * 1024 ** 3", "MemoryError"),
    "open files": ("return str([open('/dev/null') for _ in range(5000)])[:5]", "OSError"),
    "a sparse file": ("open('sparse', 'wb').truncate(100 * 1024 ** 3)", "OSError"),
    "a huge file": (
        "file = open('huge', 'wb')\nfor _ in range(2000): file.write(b'x' * 1_000_000)",
        "OSError",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_takes_too_much_is_refused_by_its_cause(arena, name):
    payload, cause = BOMBS[name]
    found = arena.submit(knock(payload, when="value"), only=("it_answers",))
    found.assert_lost(cause)


FLOODS = {
    "of lines": "for _ in range(60): print('flood ' * 20_000)",
    "of one line": "for _ in range(600): sys.stdout.write('x' * 100_000)",
    "of binary": "sys.stdout.flush(); os.write(1, bytes(range(256)) * 100_000)",
    "of deep JSON": "print('{\"a\":' * 50_000)",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_cut(arena, name):
    found = arena.submit(knock(FLOODS[name], value=WRONG))
    assert found.earned <= WRONG_POINTS
    assert all(len(check["message"]) < 40_000 for check in found.checks.values())


def test_a_log_of_deep_json_is_no_fault_of_the_judge(arena):
    routes = """
    @app.get("/log")
    def log(word: str) -> None:
        for line in ('{"word":' * 30_000, '{"word": ' + "9" * 5000 + "}", '{"word": NaN}', "[]"):
            print(line)
    """
    found = arena.submit(window(routes), "window", ("it_opens", "the_log_tells_the_word"))
    found.assert_lost(earned=WINDOW_POINTS)


def peak_memory(pid: int) -> int:
    """The most memory that a process had at once, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


# About a megabyte each: in quadratic time it would take an hour.
PAGES = {
    "open tags": "'<a ' * 13_000",
    "many open tags": "'<a ' * 300_000",
    "nested": "'<div>' * 200_000",
    "nested tables": "'<table><tr><td>' * 70_000",
    "attributes": "'<a ' + 'x=1 ' * 300_000 + '>'",
    "quotes": "'<a b=\"' * 150_000",
    "comments": "'<!--' * 300_000",
    "declarations": "'<![' * 300_000 + '<!DOCTYPE ' * 100_000",
    "entities": "'&' * 1_000_000",
    "labels": "'<label for=a>x</label><input id=a>' * 30_000",
    "cut script": "'<script>' + '</scrip' * 150_000",
    "headings": "'<h1>x</h1>' * 100_000",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_not_keep_the_judge(arena, name):
    routes = f"""
    @app.get("/page")
    def page(word: str) -> HTMLResponse:
        return HTMLResponse({PAGES[name]})
    """
    found = arena.submit(window(routes), "window", ("it_opens", "a_page_shows_the_word"))
    found.assert_lost(earned=WINDOW_POINTS)


RESPONSES = {
    "without end": (
        "from fastapi.responses import StreamingResponse\n"
        "    return StreamingResponse(b'x' * 65536 for _ in iter(int, 1))"
    ),
    "in drips": (
        "from fastapi.responses import StreamingResponse\n"
        "    return StreamingResponse((time.sleep(0.05) or b'x' for _ in iter(int, 1)))"
    ),
    "of 40 MB": "return HTMLResponse('x' * 40_000_000)",
    "with many heads": "return HTMLResponse('', headers={f'x{n}': 'y' for n in range(9000)})",
    "with a long head": "return HTMLResponse('', headers={'x': 'y' * 5_000_000})",
    "packed": (
        "import gzip\n"
        "    packed = gzip.compress(bytes(60_000_000))\n"
        "    return HTMLResponse(packed, headers={'content-encoding': 'gzip'})"
    ),
    "elsewhere": (
        "return HTMLResponse('', 302, headers={'location': f'http://127.0.0.1:{PORT}/'})"
    ),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_takes_bounded_time_and_memory(arena, name):
    routes = f'@app.get("/page")\ndef page(word: str) -> HTMLResponse:\n    {RESPONSES[name]}\n'
    before = peak_memory(arena.judge.pid)
    found = arena.submit(
        window(routes), "window", ("it_opens", "a_page_shows_the_word"), response_seconds=1
    )
    found.assert_lost(earned=WINDOW_POINTS)
    assert peak_memory(arena.judge.pid) - before < MOST_MEMORY


TABLES = {
    "an endless view": (
        "CREATE VIEW thing AS WITH RECURSIVE n(word, number) AS "
        "(SELECT 'x', 1 UNION ALL SELECT word, number + 1 FROM n) "
        "SELECT word, count(*) AS number FROM n"
    ),
    "an endless view of rows": (
        "CREATE VIEW thing AS WITH RECURSIVE n(word, number) AS "
        "(SELECT 'x', 1 UNION ALL SELECT word, number + 1 FROM n) SELECT * FROM n WHERE number < 0"
    ),
    "a computed column without end": (
        "CREATE TABLE thing (word TEXT, number INTEGER AS (length(zeroblob(900000000)))); "
        "INSERT INTO thing (word) VALUES ('{word}')"
    ),
    "rows of 4 MB": (
        "CREATE TABLE thing (word TEXT, number INTEGER, more BLOB); "
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 15) "
        "INSERT INTO thing SELECT '{word}', 1, zeroblob(4000000) FROM n; "
        "INSERT INTO thing SELECT word, number, more FROM thing"
    ),
    "a million rows": (
        "CREATE TABLE thing (word TEXT, number INTEGER); "
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) "
        "INSERT INTO thing SELECT '{word}', 1 FROM n"
    ),
    "two thousand columns": (
        "CREATE TABLE thing (word TEXT, number INTEGER, "
        + ", ".join(f"c{number} TEXT" for number in range(1900))
        + "); INSERT INTO thing (word) VALUES ('{word}')"
    ),
}

FILL = """
@app.get("/row")
def row(word: str) -> None:
    import sqlite3
    with sqlite3.connect(database) as connection:
        connection.executescript({sql!r}.replace("{word}", word))
"""


@pytest.mark.parametrize("name", TABLES)
def test_a_table_does_not_keep_the_judge(arena, name):
    before = peak_memory(arena.judge.pid)
    routes = FILL.replace("{sql!r}", repr(TABLES[name]))
    found = arena.submit(window(routes), "window", ("it_opens", "a_row_holds_the_word"))
    found.assert_lost(earned=WINDOW_POINTS)
    assert peak_memory(arena.judge.pid) - before < MOST_MEMORY


WITH_SERVER = """
@app.get("/row")
def row(word: str) -> None:
    with engine.begin() as connection:
        for statement in {sql}:
            connection.execute(text(statement))
"""

# Each ends by itself within a minute or two, and needs no disk, should nobody stop it.
SERVER_TABLES = {
    "an endless view": (
        "CREATE VIEW thing AS SELECT 'x'::text AS word, count(*)::int AS number "
        "FROM (SELECT generate_series(1, 1000000000)) AS n",
    ),
    "a view that sleeps": (
        "CREATE VIEW thing AS SELECT 'x'::text AS word, 1 AS number FROM pg_sleep(90)",
    ),
    # A function in a view runs with the rights of whoever reads the view.
    "a view that runs a function": (
        "CREATE FUNCTION who() RETURNS text LANGUAGE sql AS $$ SELECT CASE WHEN rolsuper "
        "THEN 'BROKEN' || chr(58) || ' ran as a superuser' END "
        "FROM pg_roles WHERE rolname = current_user $$",
        "CREATE VIEW thing AS SELECT who() AS word, 1 AS number FROM generate_series(1, 2)",
    ),
    "rows of 4 MB": (
        "CREATE TABLE thing (word text, number integer)",
        "INSERT INTO thing SELECT repeat('x', 4000000), 1 FROM generate_series(1, 100)",
    ),
}


@pytest.mark.parametrize("name", SERVER_TABLES)
def test_a_table_on_a_server_does_not_keep_the_judge(arena, name):
    require_postgres()
    before = peak_memory(arena.judge.pid)
    routes = WITH_SERVER.replace("{sql}", repr(SERVER_TABLES[name]))
    # The word is not asked for: whatever is read is shown.
    found = arena.submit(
        window(routes), "window", ("it_opens", "a_row_is_there"), database=POSTGRES
    )
    found.assert_lost(earned=WINDOW_POINTS)
    assert peak_memory(arena.judge.pid) - before < MOST_MEMORY


PUT = """
@app.get("/{route}")
def put(word: str) -> None:
    slot = Path(os.environ["HOME"]).parent
    place = {place}
    try:
        {put}
    except OSError as error:
        print(type(error))
"""
PLACES = {
    "database": ("row", "Path(database)", "a_row_holds_the_word"),
    "log": ("log", 'slot / "app.log"', "the_log_tells_the_word"),
    "file": ("file", 'Path("word.txt")', "a_file_holds_the_word"),
}
PUTS = {
    "a pipe": "place.unlink(missing_ok=True); os.mkfifo(place)",
    "a folder": "place.unlink(missing_ok=True); place.mkdir()",
    "a link to itself": "place.unlink(missing_ok=True); place.symlink_to(place)",
    "a link to zeros": "place.unlink(missing_ok=True); place.symlink_to('/dev/zero')",
    "a sparse file": "place.unlink(missing_ok=True); open(place, 'wb').truncate(60_000_000)",
    "nothing": "place.unlink(missing_ok=True)",
    "what nobody may read": "place.touch(); place.chmod(0)",
}


@pytest.mark.parametrize("what", PUTS)
@pytest.mark.parametrize("where", PLACES)
def test_whatever_lies_there_does_not_keep_the_judge(arena, where, what):
    route, place, check = PLACES[where]
    routes = PUT.replace("{route}", route).replace("{place}", place).replace("{put}", PUTS[what])
    found = arena.submit(window(routes), "window", ("it_opens", check))
    found.assert_lost(earned=WINDOW_POINTS)


def test_an_app_without_tables_is_not_earned(arena):
    routes = """
    @app.get("/row")
    def row(word: str) -> None:
        pass
    """
    found = arena.submit(window(routes), "window", ("it_opens", "a_row_holds_the_word"))
    found.assert_lost(earned=WINDOW_POINTS)


def test_a_database_that_stays_locked_costs_its_own_check(arena):
    routes = """
    @app.get("/row")
    def row(word: str) -> None:
        import sqlite3
        app.state.kept = sqlite3.connect(database, isolation_level=None)
        app.state.kept.execute("CREATE TABLE thing (word, number)")
        app.state.kept.execute("BEGIN EXCLUSIVE")
    """
    found = arena.submit(window(routes), "window", ("a_row_holds_the_word", "it_opens"))
    found.assert_lost(earned=WINDOW_POINTS)
