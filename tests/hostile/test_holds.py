"""Lie about a hold: say that a write waits, go on with it, keep a rival away, hide what was asked.

A forced race is the trusted side's own, or is seen from outside; HOSTILE, "said held without
holding".
"""

import pytest

from .answers import TESTS, WINDOW_POINTS, Files, window
from .arena import POSTGRES, require_postgres

HELD = """
state = {"number": 0}

def set_it(number):
    import sqlite3
    with sqlite3.connect(database, timeout=5) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, number INTEGER)"
        )
        # It never compares: whoever comes last wins.
        connection.execute("INSERT OR REPLACE INTO counter VALUES (1, ?)", (number,))

def honest(number):
    with engine.begin() as connection:
        connection.execute(text(
            "CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, number INTEGER)"
        ))
        connection.execute(
            text("INSERT OR REPLACE INTO counter VALUES (1, :number)"), {"number": number}
        )

@app.get("/set")
def set_number(number: int) -> None:
    {body}
"""

HOLDS = {
    # The base: it is held, overtaken, and then writes the older number.
    "honest": "honest(number)",
    "says that it is held and goes on": (
        'if number == 1: tell(b\'{"event": "held", "count": 1}\\n\')\n    set_it(number)'
    ),
    "has an open gate": (
        "from hooklab.worker.inside import WriteGate\n"
        "    WriteGate.close = lambda self, after=0: None\n"
        '    if number == 1: tell(b\'{"event": "held", "count": 1}\\n\')\n'
        "    honest(number)"
    ),
    "writes a moment later": (
        'if number == 1: tell(b\'{"event": "held", "count": 1}\\n\'); time.sleep(0.2)\n'
        "    set_it(number)"
    ),
    "delays its rival for longer than an answer may take": (
        'if number == 1: tell(b\'{"event": "held", "count": 1}\\n\')\n'
        "    if number == 2: time.sleep(4)\n"
        "    honest(number)"
    ),
    "delays its rival": (
        'if number == 1: tell(b\'{"event": "held", "count": 1}\\n\')\n'
        "    if number == 2: time.sleep(1.5)\n"
        "    honest(number)"
    ),
}


@pytest.mark.parametrize("name", HOLDS)
def test_a_lost_race_stays_lost_whatever_is_said_about_it(arena, name):
    routes = HELD.replace("{body}", HOLDS[name])
    found = arena.submit(window(routes), "window", ("it_opens", "the_newer_one_stays"))
    found.assert_lost(earned=WINDOW_POINTS)


# Looks, and inserts when there was nobody.
LOOKS = """
import sqlite3, threading, time
from hooklab.worker.inside import WriteGate
from .tools import *

# Only the other process is a rival.
LOCK = threading.Lock()
SAY = b'{"event": "held", "count": 1}\\n'
try:
    Path("first").touch(exist_ok=False)
    SECOND = False
except FileExistsError:
    SECOND = True


def say_all_the_time():
    while True:
        tell(SAY * 8)
        time.sleep(0.001)


def add_alone(session, member):
    connection = sqlite3.connect(session.get_bind().url.database, timeout=5)
    with connection:
        connection.execute(
            "INSERT INTO member (clerk_id, email, greeted) VALUES (?, ?, 0)",
            (member.clerk_id, member.email),
        )
    connection.close()


def save_member(session, event):
    member = Member(
        clerk_id=event.data["id"],
        email=event.data["email_addresses"][0]["email_address"],
    )
    with LOCK:
        {before}
        look_and_add(session, member)
        session.commit()


def look_and_add(session, member):
    if session.exec(select(Member).where(Member.clerk_id == member.clerk_id)).first() is None:
        {add}


{start}
"""

FLOOD = "threading.Thread(target=say_all_the_time, daemon=True).start()"
ADD, ADD_ALONE = "session.add(member)", "add_alone(session, member)"

# What is done at the import, before the look, and to write.
RACES = {
    "honest": ("", "pass", ADD),
    "says that it is held, and goes on": ("", "tell(SAY)", ADD_ALONE),
    "says nothing, and goes on": ("", "pass", ADD_ALONE),
    "says it all the time": (FLOOD, "pass", ADD),
    "says it all the time, and is slow": (FLOOD, "sum(range(1_000_000))", ADD),
    "has an open gate": (
        "WriteGate.close = lambda self, after=0: None",
        "tell(SAY)",
        ADD,
    ),
    "lets the other process go first": ("", "time.sleep(1.5 if SECOND else 0)", ADD),
}


def ledger(start: str, before: str, add: str) -> Files:
    """An answer to `ledger` that looks before it inserts."""
    folder = TESTS / "toy" / "solutions" / "ledger"
    members = (folder / "members.py").read_text("utf-8")
    looks = LOOKS.replace("{start}", start).replace("{before}", before).replace("{add}", add)
    return {
        "app.py": (folder / "app.py").read_text("utf-8"),
        "members.py": members.replace("Field(unique=True)", "Field()") + looks,
    }


@pytest.mark.parametrize("name", RACES)
def test_rivals_are_met_whatever_is_said_about_them(arena, name):
    checks = ("a_signup_is_stored", "many_at_once_leave_one_row")
    found = arena.submit(ledger(*RACES[name]), "ledger", checks)
    found.assert_lost(earned=1)


def test_a_told_number_of_statements_is_no_proof(arena):
    routes = """
    import hooklab.worker.statements as statements
    statements.StatementLog.stop = lambda self: [{"text": "SELECT count(*)", "rows": 1}]
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS thing (word TEXT, number INTEGER)"))

    @app.get("/count")
    def count() -> int:
        with engine.connect() as connection:
            return len(connection.execute(text("SELECT * FROM thing")).all())
    """
    found = arena.submit(window(routes), "window", ("it_opens", "many_rows_cost_little"))
    found.assert_lost("MB", earned=WINDOW_POINTS)


HIDDEN = """
import hooklab.worker.statements as statements
statements.StatementLog.stop = lambda self: [{"text": "SELECT word FROM thing", "rows": 1}]
with engine.begin() as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS thing (word TEXT, number INTEGER)"))
    connection.execute(text("CREATE INDEX IF NOT EXISTS by_number ON thing (number)"))

@app.get("/list")
def some(limit: int) -> list[str]:
    {work}
    with engine.connect() as connection:
        ask = text("SELECT word FROM thing WHERE number = :number")
        return [
            connection.execute(ask, {"number": number}).scalar_one() for number in range(limit)
        ]
"""


def test_hundreds_of_small_statements_cannot_be_hidden(arena):
    routes = HIDDEN.replace("{work}", "pass")
    found = arena.submit(window(routes), "window", ("it_opens", "a_longer_list_costs_little_more"))
    found.assert_lost(" times", earned=WINDOW_POINTS)


def test_where_a_server_counts_they_cannot_hide_behind_other_work(arena):
    require_postgres()
    # Whoever makes the short list slow hides that the long one is.
    routes = HIDDEN.replace("{work}", "limit > 9 or sum(range(4_000_000))")
    found = arena.submit(
        window(routes),
        "window",
        ("it_opens", "a_longer_list_costs_little_more"),
        database=POSTGRES,
    )
    found.assert_lost("scans", earned=WINDOW_POINTS)
