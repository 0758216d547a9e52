"""The submission's text: read and parsed in the trusted process, never imported, never run."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hooklab.grading.failure import CheckFailed
from hooklab.grading.places import place
from hooklab.syntax import parse_python
from hooklab.texts import _

# Far more than anybody writes by hand; a parser takes its time over more.
MOST_FILES = 200
LARGEST_FILE = 200_000

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)


@dataclass(frozen=True)
class Function:
    """A function or method.

    Attributes:
        name: its own name.
        file: its file, relative to the submission's folder.
        line: where it begins.
        place: its file and line, from where the learner stands.
        lines: how many lines of code it has: without comments, blank lines, its signature, its
            docstring and the functions inside it.
        branches: how many `if`, `elif`, `for`, `while`, `except` and `case` are in it.
    """

    name: str
    file: str
    line: int
    place: str
    lines: int
    branches: int


class Source:
    """The Python files of the submission: `lab.source`.

    Args:
        folder: the submission's folder.
        called: what messages call it, when it is a copy.
    """

    def __init__(self, folder: Path, called: Path | None = None) -> None:
        self._folder = folder
        self._called = called or folder

    def functions(self) -> list[Function]:
        """Every function in every file, in the order of the text; classes are looked into.

        A file that is no Python, or far too large, fails the check.
        """
        return [
            _measure(node, name, place(self._called / name, node.lineno))
            for name, tree in self._trees()
            for node in ast.walk(tree)
            if isinstance(node, _DEFINITIONS)
        ]

    def _trees(self) -> Iterator[tuple[str, ast.Module]]:
        paths = _paths(self._folder)
        if len(paths) > MOST_FILES:
            raise CheckFailed(
                _("at most {count} Python files").format(count=MOST_FILES), str(len(paths))
            )
        for path in paths:
            name = path.relative_to(self._folder).as_posix()
            yield name, _parse(path, name)


def read_trees(folder: Path, most: int) -> dict[str, ast.Module]:
    """The Python files in `folder` that can be parsed, by their paths in it.

    Args:
        most: bytes in all of them; where there are more, nothing is read.
    """
    paths = _paths(folder)[: MOST_FILES + 1]
    if len(paths) > MOST_FILES or sum(path.stat().st_size for path in paths) > most:
        return {}
    trees = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        with suppress(CheckFailed):
            trees[name] = _parse(path, name)
    return trees


def _paths(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*.py")
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts
    )


def _parse(path: Path, name: str) -> ast.Module:
    wanted = _("{file} is a Python file of at most {size} bytes").format(
        file=name, size=LARGEST_FILE
    )
    with path.open("rb") as file:
        text = file.read(LARGEST_FILE + 1)
    if len(text) > LARGEST_FILE:
        raise CheckFailed(wanted, _("it is larger"))
    try:
        return parse_python(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise CheckFailed(wanted, f"{type(error).__name__}: {error}") from None


def _measure(node: ast.FunctionDef | ast.AsyncFunctionDef, file: str, place: str) -> Function:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    inside = list(_walk(body))
    return Function(
        name=node.name,
        file=file,
        line=node.lineno,
        place=place,
        lines=len({each.lineno for each in inside if hasattr(each, "lineno")}),
        branches=sum(isinstance(each, _BRANCHES) for each in inside),
    )


def _walk(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Everything in `body` but the functions in it, which are counted by themselves."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _DEFINITIONS):
            yield node
            waiting.extend(ast.iter_child_nodes(node))
