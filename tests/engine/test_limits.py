"""What an answer may take: a course decides, and each limit holds and is told."""

import re
import sys

import pytest

from hooklab import catalogue
from hooklab.errors import HooklabError
from hooklab.limits import DEFAULTS, Limits

HOME = 'def test_home(lab):\n    lab.app.get("/").expect("200")\n'

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of these limits")


def app(body: str, head: str = "") -> str:
    """An app that does something when it is asked for its home."""
    return (
        "import os, socket, sys, time\nfrom pathlib import Path\n"
        f"from fastapi import FastAPI\n{head}\n"
        "def create_app(settings):\n    app = FastAPI()\n\n"
        '    @app.get("/")\n    def home() -> str:\n'
        f'        {body}\n        return "home"\n\n    return app\n'
    )


def read(sample, lines: str) -> Limits:
    sample.limits = lines
    sample.catalogue(points=1)
    return catalogue.load(sample.root).limits


def test_a_course_says_nothing_or_only_what_is_different(sample):
    assert read(sample, "") == DEFAULTS
    assert read(sample, "check_seconds = 20\nmemory_mib = 900") == Limits(
        check_seconds=20, memory_mib=900
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("memory_mb = 900", "limits: unknown key “memory_mb”"),
        ("check_seconds = 0", "limits: “check_seconds” is 0"),
        ("check_seconds = 86401", "limits: “check_seconds” is 86401"),
        ("files = -1", "limits: “files” is -1"),
        ("files = 1.5", "limits: “files” is 1.5"),
        ("files = true", "limits: “files” is True"),
        ('files = "many"', "limits: “files” is 'many'"),
    ],
)
def test_what_is_no_limit_is_refused(sample, line, said):
    with pytest.raises(HooklabError, match=re.escape(said)) as caught:
        read(sample, line)
    assert "course.toml" in caught.value.what
    assert caught.value.hint


TAKES = {
    "memory": ("memory_mib = 800", "bytes(700 << 20)", "MemoryError"),
    "a file": ("file_mib = 1", "Path('x').write_bytes(bytes(2 << 20))", "File too large"),
    "files": ("files = 20", "[Path(f'f{n}').touch() for n in range(60)]; time.sleep(2)", "in 20"),
    "disk": ("disk_mib = 2", "Path('x').write_bytes(bytes(4 << 20))", "at most 2 MiB"),
    "descriptors": ("open_files = 40", "[os.dup(1) for _ in range(60)]", "Too many open files"),
    "processor": (
        "processor_seconds = 1",
        "while True: pass",
        "it used more processor time than it may",
    ),
    "a check's time": ("check_seconds = 1", "time.sleep(20)", "one check within 1 second"),
}


@linux
@pytest.mark.parametrize(("line", "body", "said"), TAKES.values(), ids=TAKES)
def test_who_takes_more_than_the_course_allows_loses_the_check(sample, line, body, said):
    sample.write_app(app(body))
    sample.write(HOME, "home")
    allowed = sample.grade()["home"] if "while" not in body and "20)" not in body else None
    assert not allowed or allowed.outcome == "earned"
    sample.limits = line
    sample.write(HOME, "home")
    found = sample.grade()["home"]
    assert found.outcome == "not_earned"
    assert said in found.message


@linux
def test_processes_that_hold_too_much_together_lose_the_check(sample):
    fork = "[os.fork() or (bytearray(b'x' * (100 << 20)), time.sleep(20)) for _ in range(12)]"
    sample.write_app(app(f"{fork}; time.sleep(20)"))
    sample.limits = "memory_mib = 900"
    sample.write(HOME, "home")
    found = sample.grade()["home"]
    assert found.outcome == "not_earned"
    assert "hold at most 900 MiB together" in found.message


def test_of_what_an_app_prints_the_ends_are_read(sample):
    sample.write_app(app("[print(n * 1001) for n in range(5000)]; raise OSError('at last')"))
    sample.limits = "output_kib = 1"
    sample.write(HOME, "home")
    message = sample.grade()["home"].message
    assert "[...]" in message
    assert "at last" in message
    assert "2502500" not in message


def test_when_the_time_of_a_submission_is_over_its_finished_checks_count(sample):
    slow = "    lab.app.get('/slow')\n"
    sample.write_app(
        app("pass").replace(
            "    return app\n",
            '    @app.get("/slow")\n    def slow() -> None:\n        time.sleep(20)\n\n'
            "    return app\n",
        )
    )
    sample.limits = "submission_seconds = 2"
    checks = ("quick", "slow", "slower", "late", "later")
    tests = "".join(
        f"def test_{name}(lab):\n"
        + (slow if name.startswith("slow") else "    lab.app.get('/').expect('200')\n")
        for name in checks
    )
    sample.write(tests, *checks)
    found = sample.grade()
    assert [found[name].outcome for name in checks] == [
        *("earned", "not_earned", "not_earned", "not_tried", "not_tried")
    ]
    assert "all checks of the exercise within 2 seconds" in found["slow"].message
    assert "the time was over" in found["later"].message
    assert sample.card.earned == 1
