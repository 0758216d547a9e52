"""`.env.example`: every variable of every exercise, with what the classes say of it."""

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

from hooklab.catalogue import Course, own_settings
from hooklab.services import Settings, settings
from hooklab.syntax import parse_python
from hooklab.worker.course_settings import load_settings

FILE = ".env.example"

_HEAD = """\
# Every setting of an app, with its default. Copy this file to .env and change what you need;
# hooklab lab writes a .env for the services that it runs.
# This file is written by: hooklab settings
"""

_WIDTH = 98


def example(course: Course) -> str:
    """The text of the file: what apps have in common, then a part for each exercise."""
    parts = [_HEAD, *_paragraphs(Path(settings.__file__), Settings)]
    for exercise in course.exercises:
        file = own_settings(course.grader(exercise.slug))
        if file.is_file():
            parts.append(f"# --- {exercise.slug}: {exercise.title['en']}\n")
            parts += _paragraphs(file, load_settings(file))
    return "\n".join(parts)


def _paragraphs(file: Path, kind: type[Settings]) -> Iterator[str]:
    """For each docstring of a field, a comment and the variables that stand above it."""
    above: list[str] = []
    for node in _fields(file):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)):
                above.append(f"{name.upper()}={_default(kind, name)}\n")
            case ast.Expr(value=ast.Constant(value=str(said))) if above:
                yield _comment(kind, said) + "".join(above)
                above.clear()


def _fields(file: Path) -> list[ast.stmt]:
    for node in parse_python(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name == Settings.__name__:
            return node.body
    return []


def _default(kind: type[Settings], name: str) -> object:
    default = kind.model_fields[name].default
    return default.get_secret_value() if hasattr(default, "get_secret_value") else default


def _comment(kind: type[Settings], said: str) -> str:
    for name in kind.model_fields:
        said = said.replace(f"`{name}`", name.upper())
    text = " ".join(said.replace("`", "").split())
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)
