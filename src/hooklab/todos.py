"""Which TODOs of an answer are still open, seen from its text alone: nothing of it runs."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Set
from dataclasses import dataclass

from hooklab.syntax import parse_python

_TODO = re.compile(r"\bTODO (\d+)\b")
_COMMENT = re.compile(r"# TODO (\d+)\b")

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True, order=True)
class Todo:
    """A place where something is still to be done.

    Attributes:
        number: the TODO's; one TODO may have several places.
        file: relative to the exercise's folder.
        line: from 1 on.
    """

    number: int
    file: str
    line: int


def numbers(text: str, file: str) -> set[int]:
    """The numbers of the TODOs that the text of a skeleton's file has."""
    return {todo.number for todo in still_open(text, text, file)}


def still_open(skeleton: str, answer: str, file: str) -> list[Todo]:
    """The places of TODOs in `skeleton` that `answer` has left as they were, the lowest first.

    A function is left when its code is the skeleton's, or still raises for a TODO; a form, when the
    TODO stands where an answer belongs. Whoever answers may leave the comments of the TODOs.

    Args:
        file: the name of both, relative to the exercise's folder.
    """
    if not file.endswith(".py"):
        return sorted(_open_in_form(answer, file))
    try:
        tree = parse_python(answer)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Somebody is writing at this moment.
        return sorted(_raised_in_text(answer, file))
    raised = set(_raised(tree, file))
    return sorted(raised | set(_left(skeleton, answer, tree, raised, file)))


def gone(skeleton: str, answer: str) -> set[int]:
    """The numbers of TODOs whose place nobody finds in `answer`: it has another name, or the text
    cannot be read at this moment.
    """
    try:
        names = {name for name, _node in _named(parse_python(answer))}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        names = set()
    return {number for number, name in places(skeleton) if name not in names}


def places(skeleton: str) -> list[tuple[int, str]]:
    """The numbers of the TODOs in a skeleton's Python text, each with the name of its place."""
    tree = parse_python(skeleton)
    return list(
        dict.fromkeys((number, _place(tree, line)[0]) for number, line in _comments(skeleton))
    )


def text_of(source: str, place: str) -> str:
    """The lines of `place` in a Python text, with its decorators; nothing when it has none."""
    try:
        tree = parse_python(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    node = next((node for name, node in _named(tree) if name == place), None)
    if node is None:
        return ""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return "".join(source.splitlines(keepends=True)[first - 1 : node.end_lineno])


def _open_in_form(text: str, file: str) -> Iterator[Todo]:
    for line, content in enumerate(text.splitlines(), 1):
        if not content.lstrip().startswith("#"):
            yield from (Todo(int(found[1]), file, line) for found in _TODO.finditer(content))


def _raised_in_text(text: str, file: str) -> Iterator[Todo]:
    for line, content in enumerate(text.splitlines(), 1):
        if "NotImplementedError" in content and (found := _TODO.search(content)):
            yield Todo(int(found[1]), file, line)


def _raised(tree: ast.Module, file: str) -> Iterator[Todo]:
    for node in ast.walk(tree):
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"), args=[said])):
                if found := _TODO.search(ast.unparse(said)):
                    yield Todo(int(found[1]), file, node.lineno)


def _left(
    skeleton: str, answer: str, tree: ast.Module, raised: Set[Todo], file: str
) -> Iterator[Todo]:
    """The places whose code is the same in the answer, beside those that raise for their TODO."""
    lines, nodes = answer.splitlines(), dict(_named(tree))
    before = parse_python(skeleton)
    for number, line in _comments(skeleton):
        name, code = _place(before, line)
        node = nodes.get(name)
        if node is None or _code(node) != code:
            continue
        inside = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if not any(todo.number == number and todo.line in inside for todo in raised):
            yield _named_again(lines, Todo(number, file, node.lineno))


def _comments(source: str) -> Iterator[tuple[int, int]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and (found := _COMMENT.match(token.string)):
            yield int(found[1]), token.start[0]


def _place(tree: ast.Module, line: int) -> tuple[str, str]:
    """Name and code of the innermost function or class around `line`, or of what follows it."""
    inside = [
        (name, node)
        for name, node in _scopes(tree)
        if node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    if inside:
        name, node = inside[-1]
        return name, _code(node)
    following = next(node for node in tree.body if node.lineno > line)
    return _name(following), _code(following)


def _named(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for statement in tree.body:
        yield _name(statement), statement
    yield from _scopes(tree)


def _scopes(
    parent: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, _SCOPES):
            yield prefix + node.name, node
            yield from _scopes(node, f"{prefix}{node.name}.")
        else:
            yield from _scopes(node, prefix)


def _name(statement: ast.stmt) -> str:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return statement.name
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return f"{ast.unparse(target)} ="
    return ast.unparse(statement)


def _code(node: ast.AST) -> str:
    """What stands there, without a docstring; of a class, without its methods."""
    body: list[ast.stmt] = getattr(node, "body", [])
    if isinstance(node, ast.ClassDef):
        body = [each for each in body if not isinstance(each, _FUNCTIONS)]
    if not isinstance(node, _SCOPES):
        return ast.dump(node)
    if ast.get_docstring(node, clean=False) is not None:
        body = body[1:]
    return "\n".join(map(ast.dump, body))


def _named_again(lines: list[str], todo: Todo) -> Todo:
    """The same, at the comment that names it when that is still there."""
    for line, content in enumerate(lines[todo.line - 1 :], todo.line):
        if (found := _COMMENT.search(content)) and int(found[1]) == todo.number:
            return Todo(todo.number, todo.file, line)
    return todo
