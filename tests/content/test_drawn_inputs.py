"""No answer can know what will be sent: two seeds have no address, no id and no token in common."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.git import history
from hooklab.grading.app import App
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import launch

COURSE = catalogue.load(catalogue.find_root(Path(__file__)))
SLUGS = [
    exercise.slug
    for exercise in COURSE.exercises
    if (COURSE.solution(exercise.slug) / "app.py").is_file()
]

# Addresses; ids of Clerk and Svix; what a header carries to prove who is asking.
DRAWN = re.compile(
    r"(?P<address>[\w.+'-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<id>\b[a-z]{2,}_[0-9A-Za-z]{20,}\b)"
    r"|(?P<signature>\bv1,[\w+/]{43}=)"
    r"|(?P<token>\b(?:Bearer|Basic) \S{12,})"
)

# What may be the same in both, and why.
FIXED = {
    "clerk-sdk-go@v3.0.0": "how Clerk's own server names itself in `user_agent`, no address",
}


SHOWN = 10_000

# Another exercise after each commit: two whole gradings of all of them take minutes.
COMMIT = history(COURSE.root, "rev-parse", "HEAD").strip()
ITS_TURN = SLUGS[int(COMMIT or b"0", 16) % len(SLUGS)]


@pytest.fixture(scope="module")
def launcher() -> Iterator[launch.Launcher]:
    launcher = launch.start_launcher()
    yield launcher
    launcher.close()


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """What the grader sends to the app, as it goes."""
    lines: list[str] = []
    lock, request = threading.Lock(), App.request

    def noted(self, method, path, *, headers=None, body=b"", **how):
        # What makes a body giant is padding.
        shown = body[:SHOWN].decode("utf-8", "replace")
        text = "\n".join([path, *(headers or {}).values(), shown])
        with lock:
            lines.append(text)
        return request(self, method, path, headers=headers, body=body, **how)

    monkeypatch.setattr(App, "request", noted)
    return lines


@pytest.mark.parametrize("slug", [ITS_TURN])
def test_two_seeds_have_nothing_in_common(slug, sent, launcher):
    runs = []
    for seed in (1, 2):
        sent.clear()
        # That it earns everything is the gate's to prove.
        grade(COURSE, [slug], Options(solutions=True, seed=seed), launcher=launcher)
        runs.append({found[0] for found in DRAWN.finditer("\n".join(sent))})
    one, other = runs
    assert len(one) > 20
    assert sorted((one & other) - FIXED.keys()) == []
