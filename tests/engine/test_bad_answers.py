"""Apps that start, and then crash, hang, flood or lie: only the check that met it is lost."""

import pytest

from hooklab.grading import app as app_module

HEAD = """
import ctypes, os, signal, socket, subprocess, sys, threading, time
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

def create_app(settings):
    app = FastAPI()

    @app.get("/")
    def home() -> str:
        return "home"

    @app.get("/bad")
    def bad():
"""

TAIL = "\n\n    return app\n"

TESTS = """
    def test_bad(lab):
        lab.app.get("/bad").expect("418")

    def test_good(lab):
        lab.app.get("/").expect("2xx")
"""

BAD = {
    "raises": ("raise KeyError('here')", ["500", "KeyError", "app.py"]),
    "raises what cannot be said": (
        "class E(Exception):\n"
        "            def __str__(self):\n"
        "                raise RuntimeError('unsayable')\n"
        "        raise E",
        ["500"],
    ),
    "raises a flood of words": ("raise ValueError('x' * 10_000_000)", ["500"]),
    "exits": ("sys.exit(0)", ["app"]),
    "exits at once": ("os._exit(0)", ["exit status 0"]),
    "kills itself": ("os.kill(os.getpid(), signal.SIGKILL)", ["killed by signal 9"]),
    "crashes": ("ctypes.string_at(0)", ["killed by signal 11"]),
    "raises the framework's skip": ("import pytest; pytest.skip('no')", ["app.py"]),
    "raises pytest.exit": ("import pytest; pytest.exit('no', returncode=0)", ["app"]),
    "kills its session": ("os.killpg(0, signal.SIGKILL)", ["killed by signal 9"]),
    "prints megabytes": (
        "for _ in range(40):\n            print('flood ' * 20_000)\n        return 1",
        ["200", "flood"],
    ),
    "prints binary": (
        "sys.stdout.flush(); os.write(1, bytes(range(256)) * 100)\n        return 1",
        ["200"],
    ),
    "answers megabytes": ("return Response(b'x' * 20_000_000)", ["200"]),
    "answers binary": ("return Response(bytes(range(256)))", ["200"]),
    "answers a header that is none": ("return Response(headers={'x': 'a\\r\\nb: c'})", []),
    "answers no HTTP": (
        "for fd in range(3, 40):\n"
        "            try:\n"
        "                os.write(fd, b'garbage')\n"
        "            except OSError:\n"
        "                pass\n"
        "        return 1",
        [],
    ),
    "starts threads that never end": (
        "for _ in range(50): threading.Thread(target=threading.Event().wait).start()\n"
        "        return 1",
        ["200"],
    ),
    "fills the disk": (
        "with open('full', 'wb') as file:\n            while True: file.write(b'x' * 1_000_000)",
        [],
    ),
    "eats the memory": ("return len(bytearray(8 * 1024**3))", ["MemoryError"]),
    "removes its folder": (
        "import shutil; shutil.rmtree(os.getcwd(), True); os.umask(0o777)\n        return 1",
        ["200"],
    ),
    "closes every descriptor": ("os.closerange(0, 256)\n        return 1", []),
    "recurses": ("def f(): f()\n        f()", ["RecursionError"]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_costs_its_own_check(sample, name):
    body, said = BAD[name]
    sample.write(TESTS, "bad", "good")
    (sample.answer / "app.py").write_text(HEAD + "        " + body + TAIL, encoding="utf-8")
    found = sample.grade()
    assert (found["bad"].outcome, found["bad"].earned) == ("not_earned", 0)
    assert found["good"].outcome == "earned"
    for words in said:
        assert words in found["bad"].message
    assert len(found["bad"].message) < 40_000


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(3600)",
        "while True: pass",
        "return StreamingResponse((time.sleep(0.05) or b'x' for _ in iter(int, 1)))",
    ],
    ids=["sleeps", "loops", "drips"],
)
def test_an_answer_that_never_ends_is_given_up(sample, monkeypatch, body):
    monkeypatch.setattr(app_module, "RESPONSE_SECONDS", 0.5)
    sample.write(TESTS, "bad", "good")
    (sample.answer / "app.py").write_text(HEAD + "        " + body + TAIL, encoding="utf-8")
    found = sample.grade()
    assert found["bad"].outcome == "not_earned"
    assert "no answer in time" in found["bad"].message
    assert found["good"].outcome == "earned"


SLOW = """
def test_bad(lab):
    for _number in range(50):
        lab.app.get("/bad").expect("2xx")

def test_good(lab):
    import time
    for _number in range(4):
        time.sleep(0.4)
        lab.app.get("/").expect("2xx")
"""


def test_a_check_ends_when_answers_take_too_long_and_not_when_the_check_does(sample, monkeypatch):
    monkeypatch.setattr(app_module, "CHECK_SECONDS", 1.0)
    sample.write(SLOW, "bad", "good")
    (sample.answer / "app.py").write_text(HEAD + "        time.sleep(0.5)" + TAIL)
    found = sample.grade()
    assert "this check was ended: the app's answers took 1 s" in found["bad"].message
    # At half a second and a bit each, as far as the deadline's looks tell.
    assert any(f"GET /bad → 200 null (x{count})" in found["bad"].message for count in (2, 3, 4))
    assert found["good"].outcome == "earned", found["good"].message


CONTROL = """
import json, os, socket, stat, threading, time
from fastapi import FastAPI

def control_channels():
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                found = socket.socket(fileno=os.dup(fd))
                if found.family == socket.AF_UNIX and found.getpeername() is not None:
                    yield found
        except OSError:
            pass

def write(text):
    for channel in control_channels():
        try:
            channel.sendall(text)
        except OSError:
            pass

def create_app(settings):
    app = FastAPI()
    app.get("/")(lambda: "home")

    @app.get("/write")
    def bad() -> int:
        write({text})
        return 1

    return app

{more}
"""

LIES = {
    "not JSON": rb"b'garbage\n'",
    "not an object": rb"b'[1, 2]\n'",
    "too long": rb"b'x' * 1_000_000",
    "too deep": rb"b'[' * 60_000 + b'\n'",
    "invalid UTF-8": rb"b'\xff\xfe\n'",
    "unknown": rb"b'{\"event\": \"earned\", \"points\": 99}\n'",
    "wrong types": rb"b'{\"event\": {}}\n{\"event\": \"done\", \"of\": {}}\n'",
    "a flood": rb"b'{\"event\": \"done\", \"of\": 1}\n' * 20_000",
    "constants that are no JSON": rb"b'{\"event\": NaN, \"count\": Infinity}\n'",
    "a number without end": rb"b'{\"of\": ' + b'9' * 5_000 + b'}\n'",
}


@pytest.mark.parametrize("when", ["at import", "in a handler"])
@pytest.mark.parametrize("name", LIES)
def test_lies_on_the_control_channel_bring_nothing(sample, monkeypatch, name, when):
    monkeypatch.setattr(app_module, "RESPONSE_SECONDS", 2)
    text = LIES[name].decode()
    more = f"write({text})" if when == "at import" else ""
    source = CONTROL.replace("{text}", text).replace("{more}", more)
    (sample.answer / "app.py").write_text(source, encoding="utf-8")
    sample.write(
        """
        def test_write(lab):
            lab.app.get("/write")
            lab.clock.advance(hours=1)
            lab.app.settle()
            lab.app.get("/").expect("418")

        def test_good(lab):
            assert 1
        """,
        "write",
        "good",
    )
    found = sample.grade()
    assert found["write"].outcome == "not_earned"
    if when == "at import":
        sample.write_app(HEAD + "        return 1" + TAIL)
        found = sample.grade()
    assert found["good"].outcome == "earned"


def test_the_first_word_about_the_start_counts(sample, monkeypatch):
    monkeypatch.setattr(app_module, "RESPONSE_SECONDS", 0.5)
    lie = rb"b'{\"event\": \"ready\"}\n'".decode()
    source = CONTROL.replace("{text}", "b''").replace("{more}", f"write({lie})\nraise KeyError")
    (sample.answer / "app.py").write_text(source, encoding="utf-8")
    sample.write('def test_home(lab):\n    lab.app.get("/").expect("2xx")\n', "home")
    assert sample.grade()["home"].outcome == "not_earned"
