"""Work that nobody announces is waited for, whoever does it; the clock does not move under it."""

import sys
import time

import pytest

from hooklab.worker import sleepers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="others tell nothing of a process")

APP = """
import asyncio, queue, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from fastapi import FastAPI

def create_app(settings):
    app = FastAPI()
    jobs, simple = queue.Queue(), queue.SimpleQueue()
    pool = ThreadPoolExecutor(2)
    owed = threading.Event()
    kept = []

    def work(seconds=0.2):
        begun = datetime.now()
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        print("done" if datetime.now() == begun else "late", flush=True)

    def spawn(target):
        threading.Thread(target=target, daemon=True).start()

    def take(get):
        while True:
            get()
            work()

    def poll(wait):
        while True:
            wait()
            if owed.is_set():
                owed.clear()
                work()

    async def poll_in_the_loop():
        while True:
            await asyncio.sleep(0.5)
            if owed.is_set():
                owed.clear()
                work()

    async def later(seconds):
        await asyncio.sleep(seconds)
        work()

    async def in_time():
        with_pool = asyncio.to_thread(work, 0.1)
        await asyncio.wait_for(with_pool, 2)
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 0.5)
        except asyncio.TimeoutError:
            work()

    STYLES = {
        "thread": lambda: spawn(work),
        "queue": lambda: (spawn(lambda: take(jobs.get)), jobs.put(1)),
        "simple_queue": lambda: (spawn(lambda: take(lambda: simple.get())), simple.put(1)),
        "pool": lambda: pool.submit(work),
        "timer": lambda: threading.Timer(0.6, work).start(),
        "sleep": lambda: spawn(lambda: (time.sleep(0.6), work())),
        "poll": lambda: spawn(lambda: poll(lambda: time.sleep(0.5))),
        "poll_a_queue": lambda: spawn(lambda: poll(lambda: owed.wait(0.5))),
        "loop_in_a_thread": lambda: spawn(lambda: asyncio.run(later(0.5))),
        "process": lambda: subprocess.Popen(
            [sys.executable, "-c", "sum(range(5_000_000)); print('done', flush=True)"]
        ),
    }
    TASKS = {"task": lambda: later(0), "sleeping_task": lambda: later(0.6), "limit": in_time,
             "polling_task": poll_in_the_loop}

    @app.get("/do/{style}")
    async def do(style: str) -> str:
        if style in TASKS:
            kept.append(asyncio.create_task(TASKS[style]()))
        else:
            STYLES[style]()
        owed.set()
        return style

    @app.get("/again")
    def again() -> None:
        owed.set()

    @app.get("/spin")
    def spin() -> None:
        spawn(lambda: work(60))

    @app.get("/doze")
    def doze() -> None:
        spawn(lambda: time.sleep(60))

    return app
"""
AT_ONCE = ["thread", "queue", "simple_queue", "pool", "task", "process"]
AFTER_A_NAP = [
    "timer",
    "sleep",
    "poll",
    "poll_a_queue",
    "loop_in_a_thread",
    "sleeping_task",
    "polling_task",
    "limit",
]


@pytest.mark.parametrize("style", AT_ONCE + AFTER_A_NAP)
def test_a_look_waits_for_the_work(open_lab, style):
    lab = open_lab(APP)
    lab.app.get(f"/do/{style}").expect("2xx")
    assert "done" in lab.logs.text


@pytest.mark.parametrize("style", ["thread", "pool", "task", "sleep", "polling_task"])
def test_the_clock_does_not_move_under_the_work(open_lab, style):
    lab = open_lab(APP)
    lab.app.get(f"/do/{style}").expect("2xx")
    lab.clock.advance(hours=1)
    assert lab.logs.text.split().count("done") == 1
    assert "late" not in lab.logs.text


@pytest.mark.parametrize("style", ["poll", "polling_task"])
def test_who_sleeps_gets_a_turn_after_each_thing_that_is_done(open_lab, style):
    lab = open_lab(APP)
    lab.app.get(f"/do/{style}").expect("2xx")
    for count in (1, 2, 3):
        assert lab.logs.text.split().count("done") == count
        lab.app.get("/again").expect("2xx")
        began = time.monotonic()
        assert lab.logs.text
        # Nothing was done since: no one is waited for again.
        waited, began = time.monotonic() - began, time.monotonic()
        assert lab.logs.text
        assert time.monotonic() - began < max(waited, 0.2)


def test_who_never_rests_is_waited_for_once_and_the_story_says_so(open_lab):
    lab = open_lab(APP)
    lab.app.get("/spin").expect("2xx")
    began = time.monotonic()
    assert "done" not in lab.logs.text
    assert 2 < time.monotonic() - began < 30
    began = time.monotonic()
    for _number in range(4):
        assert "done" not in lab.logs.text
    assert time.monotonic() - began < 10
    assert str(lab.journal).count("the app has not come to rest within 3 s") == 1


def test_who_sleeps_for_long_is_waited_for_once(open_lab):
    lab = open_lab(APP)
    lab.app.get("/doze").expect("2xx")
    began = time.monotonic()
    assert lab.logs.text == ""
    assert time.monotonic() - began > sleepers.LONGEST_SECONDS
    began = time.monotonic()
    for _number in range(4):
        lab.app.get("/again").expect("2xx")
        assert lab.logs.text == ""
    assert time.monotonic() - began < sleepers.LONGEST_SECONDS
    # A nap is no unrest.
    assert "come to rest" not in str(lab.journal)


STATEMENT = """
import threading
from fastapi import FastAPI
from sqlalchemy import text
from hooklab.services import make_engine

def create_app(settings):
    app = FastAPI()
    engine = make_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE slow (number integer)"))

    def write():
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO slow SELECT 1 FROM pg_sleep(1)"))

    @app.get("/")
    def home() -> None:
        threading.Thread(target=write, daemon=True).start()

    return app
"""


def test_a_statement_that_the_server_works_on_is_waited_for(open_lab, postgres):
    lab = open_lab(STATEMENT, postgres)
    lab.app.get("/").expect("2xx")
    lab.db.expect("slow", 1)


@pytest.mark.parametrize(
    "told",
    [
        None,
        True,
        [],
        {},
        {"threads": 3, "seconds": 0.0},
        {"threads": [], "seconds": "1"},
        {"threads": [], "seconds": float("nan")},
        {"threads": [None, "7", True, 1.5], "seconds": -1.0},
    ],
)
def test_what_makes_no_sense_gains_no_patience(told):
    assert sleepers.read(told) == sleepers.Sleepers()


def test_patience_is_bounded():
    told = {"threads": list(range(100_000)), "seconds": 1e300}
    read = sleepers.read(told)
    assert read.seconds == sleepers.LONGEST_SECONDS
    assert len(read.threads) <= 1000
