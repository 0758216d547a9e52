"""Whatever stands in a typed answer, each check is earned or not: none breaks."""

import importlib
import inspect
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hooklab import catalogue, texts
from hooklab.grading.answers import Answers
from hooklab.grading.failure import CheckFailed

COURSE = catalogue.load(catalogue.find_root(Path(__file__)))
FILES = [
    (exercise.slug, path)
    for exercise in (*COURSE.exercises, *COURSE.drafts)
    for path in sorted(COURSE.solution(exercise.slug).glob("*.toml"))
]

DEEP: list[Any] = []
for _level in range(3000):
    DEEP = [DEEP]

HOSTILE = {
    "nothing": None,
    "true": True,
    "below zero": -1,
    "endless": 10**4000,
    "a float without end": float("inf"),
    "no number": float("nan"),
    "tiny": 5e-324,
    "an empty text": "",
    "a long text": "x" * 90_000,
    "lines": "a\nb",
    "control characters": "\x00\x1b[2J\ud7ff",
    "an address that is none": "https://[::1/webhooks/clerk",
    "a port that is none": "https://a.example:port/webhooks/clerk",
    "a day": date(2026, 1, 1),
    "an empty list": [],
    "a list of lists": [[]],
    "a deep list": DEEP,
    "an empty table": {},
    "a list of empty tables": [{}],
}


class Given(Answers):
    """Answers that were never written to a file: TOML could not hold them all."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(Path("nowhere"))
        self._values = values

    def text(self, name: str) -> str:
        return ""

    def toml(self, name: str) -> dict[str, Any]:
        return self._values


def places(values: Any, path: tuple = ()) -> Iterator[tuple]:
    """Where values stand, and the tables that hold them."""
    items = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def with_value(values: dict[str, Any], path: tuple, value: Any) -> dict[str, Any]:
    changed = deepcopy(values)
    *folders, last = path
    inside: Any = changed
    for key in folders:
        inside = inside[key]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return changed


def trials(slug: str, monkeypatch) -> list:
    """Each check of the exercise as a function of the answers, one for each of its parameters."""
    monkeypatch.syspath_prepend(str(COURSE.root))
    found = []
    for path in sorted(COURSE.grader(slug).glob("test_*.py")):
        module = importlib.import_module(f"graders.{slug}.{path.stem}")
        for name, test in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("test_"):
                found += parametrized(test)
    return found


def parametrized(test) -> list:
    (mark, *_more) = [*getattr(test, "pytestmark", []), None]
    if mark is None:
        return [test]
    name, values = mark.args
    return [lambda answers, value=value: test(answers, **{name: value}) for value in values]


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize(("slug", "path"), FILES, ids=[slug for slug, _path in FILES])
def test_no_check_breaks(slug, path, case, monkeypatch):
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    checks = trials(slug, monkeypatch)
    for number, place in enumerate(places(values)):
        texts.use(texts.LANGUAGES[number % 2])
        changed = Given(with_value(values, place, HOSTILE[case]))
        for check in checks:
            said = outcome(check, changed)
            assert said is None or 0 < len(said) < 10_000, place
    texts.use("en")


def outcome(check, answers: Answers) -> str | None:
    """What a check says of the answers; None when it is earned."""
    try:
        check(answers)
    except CheckFailed as failed:
        return failed.wanted + failed.happened
    return None
