"""Skeleton and solution: the same files and the same public face, TODOs in one of them only."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from hooklab.authoring.files import files
from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course
from hooklab.texts import _

Face = Mapping[str, str]
"""Public names with what a caller sees of them: signature and docstring."""

_NUMBERED = re.compile(r"\bTODO (\d+)\b")


def compare(course: Course, slug: str) -> Iterator[Problem]:
    """What differs between the skeleton and the solution of `slug`, and should not."""
    skeleton, solution = course.skeleton(slug), course.solution(slug)
    ours, theirs = files(skeleton), files(solution)
    for missing, room in ((theirs - ours, "exercises"), (ours - theirs, "solutions")):
        for name in sorted(missing):
            yield Problem(
                f"{room}/{slug}/{name}",
                _("the file is missing: skeleton and solution have the same files"),
                _("add it here, or remove its twin"),
            )
    for name in sorted(ours & theirs):
        if name.endswith(".py"):
            yield from _compare_faces(f"{slug}/{name}", skeleton / name, solution / name)
    yield from _judge_todos(slug, skeleton, solution)


def _compare_faces(name: str, skeleton: Path, solution: Path) -> Iterator[Problem]:
    faces = []
    for room, path in (("exercises", skeleton), ("solutions", solution)):
        try:
            faces.append(face(path.read_text(encoding="utf-8")))
        except (SyntaxError, UnicodeDecodeError) as error:
            yield Problem(
                f"{room}/{name}", _("cannot be read: {error}").format(error=error), _("correct it")
            )
    if len(faces) < 2:
        return
    mine, wanted = faces
    for public in sorted(mine.keys() | wanted.keys()):
        if mine.get(public) == wanted.get(public):
            continue
        yield Problem(f"exercises/{name}", *_difference(public, mine, wanted))


def _difference(public: str, mine: Face, wanted: Face) -> tuple[str, str]:
    if public not in mine:
        return (
            _("“{name}” is only in the solution").format(name=public),
            _("add it here, or make it private there with a leading underscore"),
        )
    if public not in wanted:
        return (
            _("“{name}” is only in the skeleton").format(name=public),
            _("remove it here, or add it to the solution"),
        )
    return (
        _("the signature or docstring of “{name}” is not the solution's").format(name=public),
        _("make both the same: the docstring is the contract"),
    )


def face(source: str) -> Face:
    """The public face of a module: names, signatures and docstrings, classes with their members."""
    tree = ast.parse(source)
    return {"(module)": ast.get_docstring(tree) or "", **_members(tree.body, "")}


def _members(body: list[ast.stmt], prefix: str) -> dict[str, str]:
    seen: dict[str, str] = {}
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                seen[prefix + node.name] = _signature(node)
            case ast.ClassDef():
                bases = ", ".join(map(ast.unparse, [*node.bases, *node.keywords]))
                seen[prefix + node.name] = f"class({bases}) {ast.get_docstring(node)}"
                if _is_public(node.name):
                    seen |= _members(node.body, f"{prefix}{node.name}.")
            case ast.AnnAssign(target=ast.Name(id=name)):
                seen[prefix + name] = ast.unparse(node.annotation)
            case ast.Assign():
                names = (each.id for each in node.targets if isinstance(each, ast.Name))
                seen |= {prefix + name: "" for name in names}
    return {name: said for name, said in seen.items() if _is_public(name.rpartition(".")[2])}


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = ast.unparse(node.returns) if node.returns else ""
    return f"{kind}({ast.unparse(node.args)}) -> {returns} {ast.get_docstring(node)}"


def _is_public(name: str) -> bool:
    return not name.startswith("_") or name.endswith("__")


def _judge_todos(slug: str, skeleton: Path, solution: Path) -> Iterator[Problem]:
    for place, todo in _todos(solution):
        yield Problem(
            f"solutions/{slug}/{place}",
            _("a TODO is left in the solution: {todo}").format(todo=todo),
            _("do it, or remove it"),
        )
    numbers: set[int] = set()
    for place, todo in _todos(skeleton):
        if numbered := _NUMBERED.search(todo):
            numbers.add(int(numbered[1]))
            continue
        yield Problem(
            f"exercises/{slug}/{place}",
            _("a TODO without a number: {todo}").format(todo=todo),
            _("write “# TODO 1: …”, so that messages can name it"),
        )
    gaps = any(after - before != 1 for before, after in pairwise(sorted({0} | numbers)))
    if gaps or not numbers:
        yield Problem(
            f"exercises/{slug}",
            _("its TODOs are numbered {numbers}").format(
                numbers=", ".join(map(str, sorted(numbers))) or "-"
            ),
            _("number them 1, 2, 3 … in the order in which a learner works"),
        )


def _todos(folder: Path) -> Iterator[tuple[str, str]]:
    """Each TODO in `folder` with its place, `file:line`; in Python only comments count."""
    for name in sorted(files(folder)):
        try:
            text = (folder / name).read_text(encoding="utf-8")
            lines = list(
                _comments(text) if name.endswith(".py") else enumerate(text.split("\n"), 1)
            )
        except (UnicodeDecodeError, SyntaxError, tokenize.TokenError):
            # Said where the file is compared; binary files have no TODO.
            continue
        yield from ((f"{name}:{line}", said.strip()) for line, said in lines if "TODO" in said)


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
