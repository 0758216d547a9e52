"""Apps that do not start: each loses its checks with a message that helps, and nothing else."""

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
    "a syntax error": ("def create_app(settings:\n    pass\n", ["SyntaxError", "line 1", "app.py"]),
    "no Python at all": ("\x7fELF nothing", ["SyntaxError", "line 1"]),
    "a missing module": ("import fastapy\n", ["No module named 'fastapy'", "line 1 of", "install"]),
    "a missing twin": (
        "from .users import save\n",
        ["there is no users.py", "line 1 of"],
    ),
    "another name": ("def make_app(settings): pass\n", ["app.py has no create_app"]),
    "an exception at import": ("x = 1\ny = x / 0\n", ["ZeroDivisionError", "line 2 of"]),
    "an exception in create_app": (CREATE + "raise KeyError('secret')", ["KeyError", "line 4 of"]),
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
    "SystemExit": ("raise SystemExit(0)\n", ["SystemExit", "line 1 of"]),
    "sys.exit in create_app": (CREATE + "import sys; sys.exit()", ["SystemExit", "line 4 of"]),
    "os._exit(0)": ("import os\nos._exit(0)\n", ["exit status 0"]),
    "a signal": ("import os\nos.kill(os.getpid(), 9)\n", ["killed by signal 9"]),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)\n", ["killed by signal 11"]),
    "endless recursion": ("def f():\n    f()\nf()\n", ["RecursionError", "line 2 of"]),
    "KeyboardInterrupt": ("raise KeyboardInterrupt\n", ["KeyboardInterrupt", "line 1 of"]),
    "a skip": ("import pytest\npytest.skip('no', allow_module_level=True)\n", ["line 2 of"]),
    "an exception without words": (
        "class E(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise E\n",
        ["line 4 of"],
    ),
    "an exception with too many words": (
        "raise ValueError('x' * 100_000_000)\n",
        ["ValueError", "line 1 of"],
    ),
    "a file name with escapes": (
        "exec(compile('1/0', __file__ + '\\x1b[31m' + 'x' * 10_000, 'exec'))\n",
        ["ZeroDivisionError", "line 1 of"],
    ),
    "a name with escapes": ("raise type('\\x1b[31mE', (Exception,), {})('\\x00')\n", ["line 1 of"]),
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
    lines = [words for words in said if words.startswith("line ")]
    assert check.hint.startswith(f"First {lines[0]}" if lines else "here")
    sample.write_app(GOOD)
    assert sample.grade()["home"].outcome == "earned"


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(3600)\n",
        "while True: pass\n",
        CREATE + "import threading; threading.Event().wait()",
        "import signal\nsignal.signal(15, signal.SIG_IGN)\nwhile True: pass\n",
    ],
    ids=["sleeps", "loops", "waits in create_app", "ignores signals"],
)
def test_an_app_that_hangs_is_given_up(sample, monkeypatch, source):
    monkeypatch.setattr(process, "START_SECONDS", 0.5)
    sample.write(TESTS, "home")
    (sample.answer / "app.py").write_text(source, encoding="utf-8")
    check = sample.grade()["home"]
    assert (check.outcome, check.earned) == ("not_earned", 0)
    assert "did not start within" in check.message


def test_an_app_that_hangs_is_waited_for_no_more_than_a_few_times(sample, monkeypatch):
    monkeypatch.setattr(process, "START_SECONDS", 0.5)
    names = [f"c{number}" for number in range(20)]
    sample.write("\n".join(f"def test_{name}(lab):\n    pass\n" for name in names), *names)
    sample.write_app("import time\ntime.sleep(3600)\n")
    found = sample.grade()
    assert {check.outcome for check in found.values()} == {"not_earned"}
    assert sum(check.seconds for check in found.values()) < 5
