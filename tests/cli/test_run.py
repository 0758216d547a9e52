"""`hooklab run` in a process of its own: an app that is served, and served again."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from functools import partial

import pytest

from hooklab.cli import app_log

PATIENCE = 30
# Below those that the system hands out to connections: theirs may be taken a moment later.
PORTS = range(20_000, 30_000)


def port_for_an_app() -> int:
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", random.choice(PORTS))) as door:
            return door.getsockname()[1]


@contextmanager
def running(*arguments: str):
    port = port_for_an_app()
    process = subprocess.Popen(
        [sys.executable, "-m", "hooklab", "run", *arguments, "--port", str(port)],
        env={
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_" + "QUJD" * 8,
        },
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests in the background of a script ignores Ctrl-C, and so would this.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process, f"http://127.0.0.1:{port}/knock?name=Ada"
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(PATIENCE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        with process.stderr:
            assert "Traceback" not in process.stderr.read()


def read_until(process, words: str) -> str:
    told = ""
    for line in process.stderr:
        told += line
        if words in line:
            return line
    pytest.fail(f"the command ended without saying: {words}\n{told}")


def answer_of(url: str) -> str:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_a_save_starts_the_app_again_and_so_does_one_that_mends_it(course, solve):
    solve("knock")
    file = course / "exercises/knock/greeting.py"
    right = file.read_text()
    with running("knock", "--reload") as (process, url):
        read_until(process, "takes webhooks at")
        assert "Hello Ada" in answer_of(url)
        file.write_text("def (\n")
        assert "exercises/knock/greeting.py" in read_until(process, "Saved: ")
        read_until(process, "SyntaxError")
        file.write_text(right.replace("Hello", "Welcome"))
        read_until(process, "takes webhooks at")
        assert "Welcome Ada" in answer_of(url)
    assert process.returncode == 0


def test_an_open_todo_is_told_in_french(course, hooklab):
    app = course / "exercises/knock/app.py"
    app.write_text(
        app.read_text().replace("    app = FastAPI()", '    greet("")\n    app = FastAPI()')
    )
    err = hooklab("run", "knock", "--port", "18766", "--lang", "fr")[2]
    assert err.splitlines() == [
        "le TODO 1 reste à faire\N{NO-BREAK SPACE}: exercises/knock/greeting.py:7",
        "à faire\N{NO-BREAK SPACE}: faites-le, enregistrez, et relancez",
    ]


RAISES = """
    @app.get("/late")
    def late() -> None:
        raise RuntimeError("too late\\nfor this")

    return app
"""
NEVER_STARTS = """
    async def refuse(_app):
        raise RuntimeError("no life")
        yield

    app.router.lifespan_context = asynccontextmanager(refuse)
    return app
"""


def change_the_app(course, end: str) -> None:
    app = course / "exercises/knock/app.py"
    text = app.read_text().replace("    return app\n", end)
    app.write_text(f"from contextlib import asynccontextmanager\n{text}")


def ask(url: str) -> None:
    with suppress(OSError):
        urllib.request.urlopen(url)


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_what_an_app_raises_is_one_line_with_its_place(course, solve):
    solve("knock")
    change_the_app(course, RAISES)
    with running("knock") as (process, url):
        read_until(process, "takes webhooks at")
        ask(url.replace("knock?name=Ada", "late"))
        told = read_until(process, "RuntimeError")
    assert told.startswith("ERROR: RuntimeError: too late at exercises/knock/app.py:")
    assert told.endswith("(the whole traceback: --verbose)\n")


def test_a_traceback_is_told_in_short_and_only_that_of_the_app(tmp_path):
    frame = f'  File "{tmp_path}/app.py", line 7, in late\n    int("x")\n    ~~~^^^^^\n'
    library = '  File "/lib/server.py", line 1, in run\n    app()\n'
    told = f"{app_log._TRACEBACK}\n{library}{frame}ValueError: no number\nin it"
    short = app_log.in_short(told, tmp_path)
    assert short.startswith(f"ValueError: no number at {tmp_path}/app.py:7 (")
    others = f"{app_log._TRACEBACK}\n{library}OSError: gone"
    assert app_log.in_short(others, tmp_path) == others


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_an_app_that_cannot_begin_waits_for_the_save_that_mends_it(course, solve):
    solve("knock")
    file = course / "exercises/knock/app.py"
    right = file.read_text()
    change_the_app(course, NEVER_STARTS)
    with running("knock", "--reload") as (process, url):
        assert "no life at exercises/knock/app.py:" in read_until(process, "RuntimeError")
        read_until(process, "the app's start-up failed")
        read_until(process, "Waiting for a save")
        file.write_text(f"import sys\nsys.exit(3)\n{right}")
        read_until(process, "SystemExit")
        read_until(process, "Waiting for a save")
        file.write_text(right)
        read_until(process, "takes webhooks at")
        assert "Hello Ada" in answer_of(url)
