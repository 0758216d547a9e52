"""The engine names no exercise, and an exercise imports none of the engine's insides."""

import ast
import re
import sys
from pathlib import Path

import pytest

from hooklab import catalogue

ROOT = Path(__file__).parents[2]
# The clients of services are imported one by one, because their libraries are heavy.
CLIENTS = ("clerk_api", "intercom", "mailchimp", "push", "redis", "segment", "stripe")
GIVEN = {"hooklab.services", "hooklab.webhooks", *(f"hooklab.services.{name}" for name in CLIENTS)}
LIBRARIES = {
    "fastapi",
    "httpx",
    "intercom",
    "mailchimp_marketing",
    "pydantic",
    "redis",
    "segment",
    "slack_sdk",
    "sqlalchemy",
    "sqlmodel",
    "standardwebhooks",
    "starlette",
    "stripe",
    "svix",
}
ANSWERS = [
    path
    for pattern in ("exercises/**/*.py", "solutions/**/*.py", "graders/*/mistakes/**/*.py")
    for path in sorted(ROOT.glob(pattern))
]


@pytest.mark.parametrize("exercise", catalogue.load(ROOT).exercises, ids=lambda each: each.slug)
def test_the_engine_names_no_exercise(exercise):
    # A slug of one word, such as analytics, is a word of the engine's own too.
    slug = exercise.slug
    name = slug if "_" in slug else f"(exercises|graders|solutions)/{slug}"
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "src").rglob("*"))
        if path.suffix in (".py", ".po", ".json", ".ini")
        and re.search(rf"\b{name}\b", path.read_text(encoding="utf-8"))
    ]
    assert naming == []


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_answer_imports_what_it_is_given_and_no_more(path):
    strange = {name for name in absolute_imports(path) if not is_allowed(name)}
    assert strange == set()


def test_grading_knows_no_reports():
    reporting = [
        path.name
        for path in sorted((ROOT / "src/hooklab/grading").rglob("*.py"))
        if any(name.startswith("hooklab.reports") for name in absolute_imports(path))
    ]
    assert reporting == []


def absolute_imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def is_allowed(name):
    if name.startswith("hooklab"):
        return name in GIVEN
    top = name.partition(".")[0]
    return top in LIBRARIES or top in sys.stdlib_module_names
