"""The engine knows no exercise and has a name for each thing; an exercise sees no insides."""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from hooklab import catalogue

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "hooklab"
ENGINE = sorted(SOURCE.rglob("*.py"))
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
    for pattern in ("exercises/**/*.py", "solutions/**/*.py", "graders/*/others/**/*.py")
    for path in sorted(ROOT.glob(pattern))
]
MISTAKES = sorted(ROOT.glob("graders/*/mistakes/*.patch"))
# A line that a patch adds; of an import over several lines, the first.
ADDED_IMPORT = re.compile(r"^\+\s*(?:from|import)\s+(?P<name>\w[\w.]*)", re.MULTILINE)


COURSE = catalogue.load(ROOT)
# The two sides of one thing may have one name: the app's client and the service that it talks to,
# the app's process and what the grader knows of it.
TWO_SIDES = [{"services", "world"}, {"services", "grading"}, {"worker", "grading"}]


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda each: each.slug)
def test_the_engine_names_no_exercise(exercise):
    # A slug of one word, such as analytics, is a word of the engine's own too.
    slug = exercise.slug
    name = slug if "_" in slug else f"(exercises|graders|solutions)/{slug}"
    assert naming(name) == []


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda each: each.slug)
def test_the_engine_knows_no_word_of_an_exercise(exercise):
    others = set().union(*(words_of(each) for each in COURSE.exercises if each != exercise))
    own = words_of(exercise) - others
    found = {word: naming(re.escape(word)) for word in sorted(own)}
    assert {word: files for word, files in found.items() if files} == {}


def naming(pattern):
    """The files of the engine that contain a word, in capitals or not."""
    return [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "src").rglob("*"))
        if path.suffix in (".py", ".po", ".json", ".ini")
        and re.search(rf"(?<!\w)({pattern})(?!\w)", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]


def words_of(exercise):
    """The settings, the tables and the routes that the solution of an exercise declares."""
    return {
        word
        for path in COURSE.solution(exercise.slug).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for word in words_in(node, is_settings=path.name == "settings.py")
    }


def words_in(node, *, is_settings):
    match node:
        case ast.AnnAssign(target=ast.Name(name)) if is_settings:
            yield name
        case ast.Assign(targets=[ast.Name("__tablename__")], value=ast.Constant(name)):
            yield name
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Attribute(), args=[ast.Constant(str(route)), *_]):
                        yield route


def test_a_class_is_defined_once():
    places = defaultdict(list)
    for path in ENGINE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path.relative_to(SOURCE).as_posix())
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_a_file_name_stands_for_one_thing():
    places = defaultdict(set)
    for path in ENGINE:
        if path.name != "__init__.py" and not is_command(path):
            places[path.name].add(path.relative_to(SOURCE).parent.as_posix())
    twice = {name: rooms for name, rooms in places.items() if len(rooms) > 1}
    assert {name: rooms for name, rooms in twice.items() if rooms not in TWO_SIDES} == {}


def is_command(path):
    """Whether the file is called what its command is called."""
    return path.parent.name == "cli" and "def command(" in path.read_text(encoding="utf-8")


def test_an_answer_imports_what_it_is_given_and_no_more():
    imports = {path: absolute_imports(path) for path in ANSWERS} | {
        path: ADDED_IMPORT.findall(path.read_text(encoding="utf-8")) for path in MISTAKES
    }
    assert ANSWERS
    assert MISTAKES
    strange = {
        path.relative_to(ROOT).as_posix(): wrong
        for path, names in imports.items()
        if (wrong := sorted({name for name in names if not is_allowed(name)}))
    }
    assert strange == {}


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
