"""Where a grader keeps what: the checks in test_*.py, and what they share in helpers."""

import ast
import re
from pathlib import Path

import pytest

from hooklab import catalogue

COURSE = catalogue.load(Path(__file__).parents[1])
GRADERS = [COURSE.grader(each.slug) for each in (*COURSE.exercises, *COURSE.drafts)]
HELPERS = [
    path
    for grader in GRADERS
    for path in (*grader.glob("helpers.py"), *grader.glob("helpers/__init__.py"))
]
LISTED = re.compile(r"^(\w+): \w", re.MULTILINE)


def name(path: Path) -> str:
    return path.relative_to(COURSE.root / "graders").as_posix()


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


@pytest.mark.parametrize("grader", GRADERS, ids=name)
def test_what_is_no_check_is_a_helper(grader):
    allowed = {*grader.glob("test_*.py"), grader / "helpers.py", *grader.glob("helpers/*.py")}
    strange = {*grader.glob("*.py"), *grader.glob("*/*.py")} - allowed
    assert [name(path) for path in strange] == []


@pytest.mark.parametrize("helpers", HELPERS, ids=name)
def test_helpers_say_what_is_in_them(helpers):
    assert docstring(helpers)
    if helpers.name == "__init__.py":
        modules = [path for path in helpers.parent.glob("*.py") if path != helpers]
        assert set(LISTED.findall(docstring(helpers))) == {path.stem for path in modules}
        assert all(docstring(path) for path in modules)


@pytest.mark.parametrize("grader", GRADERS, ids=name)
def test_nobody_waits_by_the_clock_of_a_busy_machine(grader):
    # It would cost a right answer its points: `lab.wait` charges the time that the app had.
    own = {*grader.glob("*.py"), *grader.glob("helpers/*.py")}
    texts = {name(path): path.read_text(encoding="utf-8") for path in own}
    clocks = re.compile(r"^from concurrent\.futures import .*\bwait\b|^import time$", re.MULTILINE)
    assert [path for path, text in texts.items() if clocks.search(text)] == []
