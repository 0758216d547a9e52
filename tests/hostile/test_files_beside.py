"""Files beside the answer, and files that the next grading would believe.

HOSTILE techniques D.
"""

import importlib.util
import json
import os
import socket
import stat
import sys
import sysconfig
from pathlib import Path

import pytest

from .answers import RIGHT, WRONG, WRONG_POINTS, knock
from .arena import KNOCK_POINTS, needs_landlock

HOOK = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    call.excinfo = None
print("BROKEN: a file beside the answer was run")
"""
RAN = 'print("BROKEN: a file beside the answer was run")\n'
RUBRIC = """
[[criterion]]
id = "door"
title = { en = "The door", fr = "La porte" }
points = 2.5
"""

BESIDE = {
    "conftest.py": {"conftest.py": HOOK},
    "a broken conftest.py": {"conftest.py": "raise ValueError"},
    "settings of pytest": {
        "pytest.ini": "[pytest]\naddopts = -p evil --deselect graders\n",
        "tox.ini": "[pytest]\naddopts = -p evil\n",
        "setup.cfg": "[tool:pytest]\naddopts = -p evil\n",
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p evil"\n',
        "evil.py": HOOK,
    },
    "shadows": {
        f"{name}.py": RAN
        for name in ("pytest", "json", "hmac", "re", "sitecustomize", "usercustomize", "fastapi")
    },
    "a package svix": {"svix/__init__.py": RAN, "svix/webhooks.py": RAN},
    "a package hooklab": {"hooklab/__init__.py": RAN, "hooklab/grading/__init__.py": RAN},
    "a path file": {"evil.pth": "import evil\n", "evil.py": RAN},
    "tests of its own": {
        "test_knock.py": "def test_it_greets_by_name(lab): pass\n",
        "rubric.toml": RUBRIC,
        "graders/knock/test_knock.py": "def test_it_greets_by_name(lab): pass\n",
        "graders/knock/rubric.toml": RUBRIC,
        "graders/course.toml": "",
    },
    "libraries of its own": {f"{name}.so": b"\x7fELF" for name in ("json", "hmac", "pytest")},
    "compiled code": {
        "__pycache__/greeting.cpython-311.pyc": b"\x00" * 16,
        "__pycache__/app.cpython-311.pyc": b"\xa7\r\r\n" + b"\x00" * 12,
    },
    "hooks of git": {
        ".git/config": "[core]\nfsmonitor = touch BROKEN\nhooksPath = .git/hooks\n",
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/hooks/post-checkout": "#!/bin/sh\ntouch BROKEN\n",
        ".gitmodules": '[submodule "x"]\npath = x\nurl = ../../outside\n',
    },
    "a result of its own": {
        name: json.dumps({"learner": "ada", "exercises": [{"slug": "knock", "earned": 20}]})
        for name in ("result.json", "results.json", "scorecard.json", "gradebook.json")
    },
    "odd names": {"-rf": "x", "a\nb.py": "x", "\u202egnp.py": "x", "con.py": "x", "A.py": "x"},
    "a huge file": {"data.bin": b"x" * 20_000_000},
}


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
@pytest.mark.parametrize("name", BESIDE)
def test_a_file_beside_the_answer_changes_nothing(arena, name, value):
    found = arena.submit({**knock(value=value), **BESIDE[name]})
    assert found.earned == (WRONG_POINTS if value == WRONG else KNOCK_POINTS)
    assert "could_not_grade" not in {check["outcome"] for check in found.checks.values()}


# More than a thousand files, or 32 MiB of them.
LARGE = {
    "many files": {f"many/{number}": b"" for number in range(1200)},
    "large files": {f"large{number}": bytes(9_000_000) for number in range(5)},
}


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
@pytest.mark.parametrize("name", LARGE)
def test_a_submission_that_is_too_large_is_refused(arena, name, value):
    arena.submit({**knock(value=value), **LARGE[name]}).assert_lost()


TEXTS = {
    "empty": b"",
    "binary": bytes(range(256)) * 100,
    "a wide text": "def greet(name): return 1".encode("utf-16"),
    "a NUL": b"def greet(name):\n    return '\x00'\n",
    "a wrong cookie": b"# coding: no-such-coding\ndef greet(name): return 1\n",
    "a cookie that runs": b"# coding: unicode_escape\n\\u0000",
    "deep brackets": b"x = " + b"(" * 5000,
    "no Python": b"\x1b[2J def",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_is_no_python_is_named(arena, name):
    found = arena.submit({**knock(), "greeting.py": TEXTS[name]})
    found.assert_lost("app.py could not be imported")
    assert "\x1b" not in "".join(found.reports.values())


def test_a_library_in_the_place_of_a_module_is_the_answer_s_own_fault(arena):
    arena.submit({**knock(), "greeting.so": b"\x7fELF"}).assert_lost("ImportError")


def test_a_mark_at_the_beginning_is_no_fault(arena):
    files = knock(value=RIGHT)
    files["greeting.py"] = b"\xef\xbb\xbf" + str(files["greeting.py"]).encode()
    assert arena.submit(files).earned == KNOCK_POINTS


def test_a_missing_file_is_named(arena):
    files = knock()
    del files["app.py"]
    arena.submit(files).assert_lost("app.py")


def _link(path, to):
    path.unlink(missing_ok=True)
    path.symlink_to(to)


def _fifo(path, _to):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _socket(path, _to):
    path.unlink(missing_ok=True)
    here = os.open(path.parent, os.O_RDONLY)
    try:
        # The whole path may be longer than the 108 bytes of such an address.
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)


def _device(path, _to):
    path.unlink(missing_ok=True)
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("NOT PROVED HERE: only root can make a device")


ODD = {
    "a link to a secret": (_link, "app.py", "outside/secret.txt"),
    "a module that is a link": (_link, "greeting.py", "class/ada/knock/greeting.py"),
    "a link to the reference": (_link, "greeting.py", "course/solutions/knock/greeting.py"),
    "a link to graders": (_link, "beside", "course/graders"),
    "a link to itself": (_link, "greeting.py", "class/eve/answer/greeting.py"),
    "a pipe": (_fifo, "app.py", ""),
    "a pipe that is imported": (_fifo, "greeting.py", ""),
    "a socket": (_socket, "greeting.py", ""),
    "a device": (_device, "greeting.py", ""),
}


@pytest.mark.parametrize("name", ODD)
def test_a_file_that_is_no_file_is_refused_by_name(arena, name):
    make, place, to = ODD[name]
    arena.write(knock())
    make(arena.answer / place, arena.folder / to)
    found = arena.submit()
    assert found.earned == 0, "whoever links to an answer has not written it"
    assert place in found.text, "the file that is refused is named"
    assert "could_not_grade" not in {check["outcome"] for check in found.checks.values()}


# What a later grading would load or believe, below the course and the kit.
PLANTS = {
    "a test": 'COURSE / "graders" / "knock" / "test_knock.py"',
    "a rubric": 'COURSE / "graders" / "knock" / "rubric.toml"',
    "the catalogue": 'COURSE / "graders" / "course.toml"',
    "the reference": 'COURSE / "solutions" / "knock" / "greeting.py"',
    "the skeleton": 'COURSE / "exercises" / "knock" / "greeting.py"',
    "another answer": 'OTHER / "greeting.py"',
    "its own answer": "Path(__file__)",
    "a secret": 'OUTSIDE / "secret.txt"',
}
NEW = {
    "conftest.py": ('COURSE / "graders" / "conftest.py"', HOOK),
    "a conftest.py of the course": ('COURSE / "conftest.py"', HOOK),
    "pytest.ini": ('COURSE / "pytest.ini"', "[pytest]\naddopts = -p evil\n"),
    "a test of its own": ('COURSE / "graders" / "knock" / "test_zzz.py"', HOOK),
    "a path file": ('OUTSIDE / "evil.pth"', "import evil"),
}


@pytest.mark.parametrize("name", PLANTS)
def test_no_file_that_is_graded_with_can_be_changed(arena, name):
    needs_landlock(3, "a file of the same user")
    payload = f"""
    path = {PLANTS[name]}
    def append():
        with open(path, "a") as file: file.write("# forged\\n")
    def replace():
        path.with_suffix(".new").write_text("forged"); os.replace(path.with_suffix(".new"), path)
    for change in (append, replace, lambda: os.truncate(path, 0), lambda: os.unlink(path)):
        attempt("changed a file that is graded with", change)
    """
    arena.submit(knock(payload, when="import")).assert_lost(earned=WRONG_POINTS)


@pytest.mark.parametrize("name", NEW)
def test_no_file_that_a_later_grading_loads_can_be_made(arena, name):
    needs_landlock(1, "a folder of the same user")
    place, text = NEW[name]
    payload = f"""
    attempt("made a file that is loaded later", ({place}).write_text, {text!r})
    """
    arena.submit(knock(payload, when="import")).assert_lost(earned=WRONG_POINTS)


def test_no_compiled_test_can_be_planted(arena):
    needs_landlock(1, "a folder of the same user")
    payload = """
    for path in (COURSE / "graders" / "knock" / "__pycache__").glob("*.pyc"):
        attempt("changed compiled code", path.write_bytes, path.read_bytes()[:16] + b"forged")
    """
    arena.submit(knock(payload, when="import")).assert_lost(earned=WRONG_POINTS)


# Nothing is written here, only opened for it: these files belong to the real kit.
KIT = """
for place in {files}:
    attempt("opened the kit to write", lambda: os.close(os.open(place, os.O_WRONLY)))
for folder in {folders}:
    attempt("made a file in the environment",
            lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY)))
"""


def test_the_kit_cannot_be_written(arena):
    needs_landlock(1, "the kit of the same user")
    if arena.uid is not None:
        pytest.skip("the kit belongs to root here: this user could not write it anyway")
    names = ("hooklab.grading.outcomes", "hooklab.rubric", "pytest", "svix")
    files = [importlib.util.find_spec(name).origin for name in names]
    folders = [sysconfig.get_path("purelib"), str(Path(sys.executable).parent)]
    payload = KIT.replace("{files}", repr(files)).replace("{folders}", repr(folders))
    arena.submit(knock(payload, when="import")).assert_lost(earned=WRONG_POINTS)


LINKS = """
home = Path(os.environ["HOME"])
rubric = COURSE / "graders" / "knock" / "rubric.toml"
for number, path in enumerate((OUTSIDE / "secret.txt", rubric)):
    attempt("linked a foreign file", os.link, path, home / f"hard{number}")
    attempt("moved a foreign file", os.rename, path, home / f"moved{number}")
attempt("made a pipe", os.mkfifo, home / "pipe")
attempt("made a device", os.mknod, home / "device", 0o666 | 0o020000, os.makedev(1, 3))
"""


def test_no_link_pipe_or_device_can_be_made(arena):
    needs_landlock(2, "a link to a file of the same user")
    arena.submit(knock(LINKS, when="import")).assert_lost(earned=WRONG_POINTS)
