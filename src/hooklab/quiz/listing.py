"""The code of a known mistake in which a bug is to be found: the functions that it changes."""

import ast
from collections.abc import Iterator
from textwrap import dedent

from hooklab.authoring.patches import Hunk, hunks
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.pages import wrong_code
from hooklab.syntax import parse_python
from hooklab.texts import _

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def listing(course: Course, name: str) -> str:
    """The functions that the mistake `name` (`slug/mistake`) changes, as a learner has them.

    Comments and docstrings are left out, since many say what the code should do.

    Raises:
        HooklabError: there is no such mistake, or the solution has changed below it.
    """
    slug = name.partition("/")[0]
    changed: dict[str, list[Hunk]] = {}
    for hunk in hunks(wrong_code.diff(course, name) + "\n"):
        changed.setdefault(hunk.file, []).append(hunk)
    found = []
    for file, places in changed.items():
        lines = (course.solution(slug) / file).read_text(encoding="utf-8").split("\n")
        touched = _apply(name, lines, places)
        found += [_shown(lines, each) for each in _functions(lines, touched)]
    return "\n\n".join(found)


def _apply(name: str, lines: list[str], places: list[Hunk]) -> set[int]:
    """Change `lines` as the hunks say; the numbers of the changed ones, from 1."""
    touched: set[int] = set()
    shift = 0
    for hunk in places:
        old, start = list(hunk.old), hunk.start - 1 + shift
        new = [line[1:] for line in hunk.lines if line[0] != "-"]
        near = sorted(range(len(lines) - len(old) + 1), key=lambda place: abs(place - start))
        at = next((place for place in near if lines[place : place + len(old)] == old), None)
        if at is None:
            raise HooklabError(
                _("the mistake “{name}” does not fit its solution").format(name=name),
                _("let the patch follow the solution: hooklab mistake refresh"),
            )
        lines[at : at + len(old)] = new
        shift += len(new) - len(old)
        touched |= _numbers(hunk, at + 1)
    return touched


def _numbers(hunk: Hunk, first: int) -> set[int]:
    """The lines that a hunk adds, and those behind which it takes some away."""
    found, number = set(), first
    for line in hunk.lines:
        if line[0] == "-":
            found.add(number - 1)
        else:
            found |= {number} if line[0] == "+" else set()
            number += 1
    return found


def _functions(lines: list[str], touched: set[int]) -> Iterator[_Function]:
    for node in ast.walk(parse_python("\n".join(lines))):
        if isinstance(node, _Function) and touched & set(
            range(node.lineno, (node.end_lineno or node.lineno) + 1)
        ):
            yield node


def _shown(lines: list[str], function: _Function) -> str:
    """The lines of a function without its docstring, comments and empty lines."""
    first, last = function.lineno, function.end_lineno or function.lineno
    said = function.body[0]
    hidden: set[int] = set()
    if ast.get_docstring(function) is not None:
        hidden = set(range(said.lineno, (said.end_lineno or said.lineno) + 1))
    kept = [lines[number - 1] for number in range(first, last + 1) if number not in hidden]
    return dedent("\n".join(line.partition("  # noqa")[0] for line in kept if _is_code(line)))


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
