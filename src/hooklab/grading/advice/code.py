"""An answer's text as a tree to look through: read and parsed, never imported, never run."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from hooklab.grading.places import place, shown
from hooklab.grading.source import read_trees

# More than any answer has, and more than a look at one takes: advice costs less than the check.
MOST_BYTES = 200_000
MOST_STEPS = 1_000_000

Function = ast.FunctionDef | ast.AsyncFunctionDef
_Node = TypeVar("_Node", bound=ast.AST)


class TooMuch(Exception):
    """Looking through an answer takes too long."""


class Code:
    """The Python files of an answer, as far as they can be parsed.

    Args:
        trees: their trees, by path relative to the answer's folder.
        called: the folder as messages call it.
    """

    def __init__(self, trees: Mapping[str, ast.Module], called: Path = Path()) -> None:
        self._trees = trees
        self._called = called
        self._left = MOST_STEPS

    def begin(self) -> None:
        """Look anew: from now on MOST_STEPS may be gone before TooMuch is raised."""
        self._left = MOST_STEPS

    def walk(self, node: ast.AST) -> Iterator[ast.AST]:
        """`node` and all that is in it."""
        for each in ast.walk(node):
            self._step()
            yield each

    def find(self, kind: type[_Node]) -> Iterator[_Node]:
        """All nodes of a kind, file by file."""
        for node in self._kinds.get(kind, []):
            self._step()
            yield cast(_Node, node)

    def functions(self, name: str, file: str | None = None) -> list[Function]:
        """The functions and methods called `name`, in one file or in all."""
        found: list[Function] = [*self.find(ast.FunctionDef), *self.find(ast.AsyncFunctionDef)]
        return [each for each in found if each.name == name and file in (None, self._file(each))]

    def calls(self, *names: str) -> list[ast.Call]:
        """The calls of functions and methods with one of these names."""
        wanted = set(names)
        return [call for call in self.find(ast.Call) if called_name(call) in wanted]

    def imports(self, library: str) -> bool:
        """Whether any file imports `library` or something in it."""
        names = [alias.name for each in self.find(ast.Import) for alias in each.names]
        names += [each.module or "" for each in self.find(ast.ImportFrom) if not each.level]
        return any(name.partition(".")[0] == library for name in names)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What `node` stands in; None for a whole file."""
        return self._parents.get(node)

    def user(self, node: ast.AST) -> ast.AST | None:
        """What uses the value of `node`, once it has been awaited."""
        parent = self.parent(node)
        return self.user(parent) if isinstance(parent, ast.Await) else parent

    def scope(self, node: ast.AST) -> ast.AST:
        """The function around `node`, or the whole file."""
        around = self._parents[node]
        while not isinstance(around, Function | ast.Module):
            self._step()
            around = self._parents[around]
        return around

    def place(self, node: ast.expr | ast.stmt | ast.excepthandler) -> str:
        """Where `node` begins, as `path:line`."""
        return self.at(self._file(node), node.lineno)

    def at(self, file: str, line: int) -> str:
        """A line of a file of the answer, as `path:line`."""
        return place(self._called / file, line)

    def place_of(self, path: str, line: int) -> str:
        """`path:line`, when that is a line of the answer's code; otherwise nothing.

        Args:
            path: as messages show it.
        """
        file = self._shown.get(path, "")
        return self.at(file, line) if 0 < line <= self._lines.get(file, 0) else ""

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooMuch

    @cached_property
    def _kinds(self) -> dict[type[ast.AST], list[ast.AST]]:
        kinds: dict[type[ast.AST], list[ast.AST]] = {}
        for tree in self._trees.values():
            for node in ast.walk(tree):
                kinds.setdefault(type(node), []).append(node)
        return kinds

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return {
            child: parent
            for tree in self._trees.values()
            for parent in ast.walk(tree)
            for child in ast.iter_child_nodes(parent)
        }

    @cached_property
    def _shown(self) -> dict[str, str]:
        return {shown(self._called / file): file for file in self._trees}

    @cached_property
    def _lines(self) -> dict[str, int]:
        return {
            file: max((getattr(node, "end_lineno", 0) or 0 for node in ast.walk(tree)), default=0)
            for file, tree in self._trees.items()
        }

    def _file(self, node: ast.AST) -> str:
        while (parent := self._parents.get(node)) is not None:
            self._step()
            node = parent
        return next(file for file, tree in self._trees.items() if tree is node)


def read_code(folder: Path, called: Path | None = None) -> Code:
    """The code in `folder`; nothing of it when it is far too much.

    Args:
        called: what messages call the folder.
    """
    return Code(read_trees(folder, MOST_BYTES), called or folder)


def called_name(call: ast.AST | None) -> str:
    """What `call` calls, the last part of its name; nothing when it is no call of a name."""
    match call:
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)):
            return name
    return ""


def strings(nodes: Iterable[ast.expr | None]) -> list[ast.Constant]:
    """Those of `nodes` that are texts."""
    return [
        node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
