"""Apps that do not start: each loses its checks with a message that helps, and nothing else."""

import signal

import pytest

from hooklab.worker import process

TESTS = """
    def test_home(lab):
        lab.app.get("/").expect("2xx")
"""

GOOD = """
    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()
        app.get("/")(lambda: "home")
        return app
"""

CREATE = "from fastapi import FastAPI\n\ndef create_app(settings):\n    "

BAD = {
    "an empty file": ("", ["app.py has no create_app"]),
    "a syntax error": ("def create_app(settings:\n    pass\n", ["SyntaxError", "app.py:1"]),
    "no Python at all": ("\x7fELF nothing", ["SyntaxError", "app.py:1"]),
    "a missing module": ("import fastapy\n", ["No module named 'fastapy'", "app.py:1", "install"]),
    "a missing twin": (
        "from .users import save\n",
        ["there is no users.py", "app.py:1"],
    ),
    "another name": ("def make_app(settings): pass\n", ["app.py has no create_app"]),
    "an exception at import": ("x = 1\ny = x / 0\n", ["ZeroDivisionError", "app.py:2"]),
    "an exception in create_app": (CREATE + "raise KeyError('secret')", ["KeyError", "app.py:4"]),
    "no settings taken": ("def create_app(): pass\n", ["TypeError", "create_app"]),
    "nothing returned": (CREATE + "pass", ["create_app() returned NoneType", "return app"]),
    "a string returned": (CREATE + "return 'app'", ["create_app() returned str"]),
    "a class returned": (CREATE + "return FastAPI", ["create_app() returned type"]),
    "a start-up that fails": (
        "from contextlib import asynccontextmanager as manager\n"
        + CREATE
        + "return FastAPI(lifespan=broken)\n\n"
        + "@manager\nasync def broken(app):\n    raise OSError('no disk')\n    yield\n",
        ["no disk"],
    ),
    "SystemExit": ("raise SystemExit(0)\n", ["SystemExit", "app.py:1"]),
    "sys.exit in create_app": (CREATE + "import sys; sys.exit()", ["SystemExit", "app.py:4"]),
    "os._exit(0)": ("import os\nos._exit(0)\n", ["exit status 0"]),
    "a signal": ("import os\nos.kill(os.getpid(), 9)\n", ["killed by signal 9"]),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)\n", ["killed by signal 11"]),
    "endless recursion": ("def f():\n    f()\nf()\n", ["RecursionError", "app.py:2"]),
    "KeyboardInterrupt": ("raise KeyboardInterrupt\n", ["KeyboardInterrupt", "app.py:1"]),
    "a skip": ("import pytest\npytest.skip('no', allow_module_level=True)\n", ["app.py:2"]),
    "an exception without words": (
        "class E(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise E\n",
        ["app.py:4"],
    ),
    "an exception with too many words": (
        "raise ValueError('x' * 100_000_000)\n",
        ["ValueError", "app.py:1"],
    ),
    "a file name with escapes": (
        "exec(compile('1/0', __file__ + '\\x1b[31m' + 'x' * 10_000, 'exec'))\n",
        ["ZeroDivisionError", "xxx:1"],
    ),
    "a name with escapes": ("raise type('\\x1b[31mE', (Exception,), {})('\\x00')\n", ["app.py:1"]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_start_costs_its_own_checks(sample, name):
    source, said = BAD[name]
    sample.write(TESTS, "home")
    (sample.answer / "app.py").write_text(source, encoding="utf-8")
    check = sample.grade()["home"]
    assert (check.outcome, check.earned) == ("not_earned", 0)
    for words in ["an app that starts", *said]:
        assert words in check.message
    assert len(check.message) < 40_000
    assert check.hint.isprintable()
    assert len(check.hint) < 400
    places = [words for words in said if words[-2:-1] == ":"]
    assert check.hint.startswith("First " if places else "here")
    assert all(f"{place}, which keeps the app from starting" in check.hint for place in places)
    sample.write_app(GOOD)
    assert sample.grade()["home"].outcome == "earned"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import time\ntime.sleep(3600)\n", 2),
        ("while True: pass\n", 1),
        (CREATE + "import threading; threading.Event().wait()", 4),
        ("import signal\nsignal.signal(15, signal.SIG_IGN)\nwhile True: pass\n", 3),
    ],
    ids=["sleeps", "loops", "waits in create_app", "ignores signals"],
)
def test_an_app_that_hangs_is_given_up(sample, monkeypatch, source, line):
    monkeypatch.setattr(process, "START_SECONDS", 0.5)
    sample.write(TESTS, "home")
    (sample.answer / "app.py").write_text(source, encoding="utf-8")
    check = sample.grade()["home"]
    assert (check.outcome, check.earned) == ("not_earned", 0)
    assert "did not start within" in check.message
    if hasattr(signal, "SIGUSR1"):
        assert f"app.py:{line}, which keeps the app from starting" in check.hint


def test_an_app_that_hangs_is_waited_for_no_more_than_a_few_times(sample, monkeypatch):
    monkeypatch.setattr(process, "START_SECONDS", 0.5)
    names = [f"c{number}" for number in range(20)]
    sample.write("\n".join(f"def test_{name}(lab):\n    pass\n" for name in names), *names)
    sample.write_app("import time\ntime.sleep(3600)\n")
    found = sample.grade()
    assert {check.outcome for check in found.values()} == {"not_earned"}
    # Each by itself would take half a second; two are enough, and as many are under way by then.
    assert sum(check.seconds > 0.45 for check in found.values()) <= 6
