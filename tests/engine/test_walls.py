"""Which rooms of the engine never know of each other, and that no import runs in a circle."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
# What an answer imports: a learner's process has no business with the other side of the wire.
GIVEN = {"services", "webhooks"}
TRUSTED = {
    "authoring",
    "browser",
    "classroom",
    "cli",
    "grading",
    "pages",
    "reports",
    "sender",
    "site",
    "workbench",
    "world",
}

WALLS = {
    "services": TRUSTED | {"worker"},
    "webhooks": TRUSTED | {"worker"},
    "worker": TRUSTED,
    "sender": TRUSTED | GIVEN | {"worker"},
    "world": TRUSTED | GIVEN | {"worker"},
    "reports": TRUSTED | GIVEN | {"worker"},
    # Pages for one browser, whatever they show.
    "browser": (TRUSTED - {"reports"}) | GIVEN | {"worker"},
    "grading": {
        "authoring",
        "browser",
        "classroom",
        "cli",
        "pages",
        "reports",
        "site",
        "workbench",
    },
    # The lab's page grades nothing, and knows no class.
    "workbench": {"authoring", "classroom", "cli", "pages", "site"} | GIVEN,
    # The reference of `lab` is made from the class that checks are given.
    "pages": {"authoring", "browser", "classroom", "cli", "site", "workbench"},
    "authoring": {"browser", "classroom", "cli", "site", "workbench"},
    # What a class hands in is graded as any answer is: on the wire, and behind the wall.
    "classroom": {"cli", "pages", "sender", "site", "workbench", "world"} | GIVEN,
    # MkDocs is installed for authors only.
    "cli": {"site"},
    "site": {"authoring", "browser", "classroom", "cli", "grading", "workbench", "worker"},
}


def module_name(path):
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in SOURCE.rglob("*.py")}


def imports_in(text):
    """The modules of the engine that `text` imports: anywhere, also for the type checker alone."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            # What is imported by name may be a module, or something in one.
            for module in (name, name.rpartition(".")[0]):
                if module in MODULES:
                    yield module
                    break


IMPORTS = {
    module: set(imports_in(path.read_text(encoding="utf-8"))) for module, path in MODULES.items()
}


def room(module):
    return module.split(".")[1] if "." in module else module


@pytest.mark.parametrize("name", WALLS)
def test_a_room_never_knows_of(name):
    never = WALLS[name] - {name}
    broken = [
        f"{module} imports {other}"
        for module, others in sorted(IMPORTS.items())
        for other in sorted(others)
        if room(module) == name and room(other) in never
    ]
    assert broken == []


def test_every_room_of_a_wall_is_there():
    rooms = {room(module) for module in MODULES}
    assert set().union(WALLS, *WALLS.values()) <= rooms


def test_no_import_runs_in_a_circle():
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_imports_are_seen_wherever_they_stand():
    text = """
from typing import TYPE_CHECKING

import hooklab.errors
from hooklab import catalogue
from hooklab.sender import Clerk

if TYPE_CHECKING:
    from hooklab.world.service import Service

def late():
    from hooklab.reports.text import print_scorecard
"""
    assert list(imports_in(text)) == [
        "hooklab.errors",
        "hooklab.catalogue",
        "hooklab.sender",
        "hooklab.world.service",
        "hooklab.reports.text",
    ]
