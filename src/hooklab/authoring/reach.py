"""Which checks can tell a wrong answer from the solution: those that run a line that differs.

In each suite the first statement that differs decides: until a check comes to it, both answers do
the same. What stands outside of functions runs at every start, and so in every check; but an import
that certainly works changes only what uses its names. Two things are not looked at: the numbers of
the lines, and code that looks for names by itself, as with `globals()`.
"""

import ast
import re
import sys
from contextlib import suppress
from copy import copy
from importlib import import_module
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR, CO_OPTIMIZED
from pathlib import Path
from types import CodeType

from hooklab.syntax import parse_python
from hooklab.worker.loading import PACKAGE

Lines = dict[str, dict[str, set[int]]]
"""The lines of the solution that ran, by check and file."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Import = tuple[int, str, str, str]
_Scopes = dict[tuple[int, str], dict[str, set[str]]]


class _EverywhereError(Exception):
    """The answers may differ at every start."""


def reached(lines: Lines, solution: Path, answer: Path, names: set[str]) -> frozenset[str] | None:
    """The checks that run a line in which `answer` differs from `solution`; None for all.

    Args:
        names: the files that differ.
    """
    found: set[str] = set()
    for name in names:
        before, after = solution / name, answer / name
        if not (name.endswith(".py") and before.is_file() and after.is_file()):
            return None
        others = {*solution.rglob("*.py"), *answer.rglob("*.py")} - {before, after}
        touched = touched_lines(*(each.read_text("utf-8") for each in (before, after, *others)))
        if touched is None:
            return None
        found |= {check for check, ran in lines.items() if ran.get(name, set()) & touched}
    return frozenset(found)


def touched_lines(before: str, after: str, *others: str) -> set[int] | None:
    """Lines of `before` of which one runs whenever `after` does something else.

    None when that may be at every start, or when a text is no Python.

    Args:
        others: the texts of both answers' other files, which may take names from this one.
    """
    try:
        old, new = parse_python(before), parse_python(after)
        comparison = _Comparison(_scopes(before), _scopes(after))
        comparison.outside(old, new)
        if _imports(old) == _imports(new):
            return comparison.touched
        changed = _changed_names(old, new)
        if any(_taken(parse_python(text)) & {*changed, "*"} for text in others):
            return None
        return comparison.touched | _users(old, changed)
    except (SyntaxError, ValueError, _EverywhereError):
        return None


class _Comparison:
    """Collects the lines that decide, as two trees are gone through side by side."""

    def __init__(self, old: _Scopes, new: _Scopes) -> None:
        self._old, self._new = old, new
        self.touched: set[int] = set()

    def outside(self, old: ast.Module | ast.ClassDef, new: ast.Module | ast.ClassDef) -> None:
        """Compare what runs at every start, apart from a module's imports."""
        ours, theirs = _at_start(old), _at_start(new)
        if _head(old) != _head(new) or len(ours) != len(theirs):
            raise _EverywhereError
        for one, other in zip(ours, theirs, strict=True):
            if isinstance(one, ast.ClassDef) and isinstance(other, ast.ClassDef):
                self.outside(one, other)
            elif isinstance(one, _Function) and _head(one) == _head(other):
                self._inside(one, other)
            elif ast.dump(one) != ast.dump(other):
                raise _EverywhereError

    def _inside(self, old: ast.stmt, new: ast.stmt) -> None:
        """Compare the suites of two statements that have the same head."""
        if isinstance(old, _Function) and isinstance(new, _Function):
            ours = self._old.get((min(_extent(old)), old.name), {})
            theirs = self._new.get((min(_extent(new)), new.name), {})
            # A word may stand for something else now where nothing was edited.
            if any(ours[word] != theirs[word] for word in ours.keys() & theirs.keys()):
                first = min(_extent((_running(old.body) or [old])[0]))
                self.touched |= {number for number in _whole(old) if number >= first}
                return
        for one, other in zip(_suites(old), _suites(new), strict=True):
            self._suite(one, other, old)

    def _suite(self, old: list[ast.stmt], new: list[ast.stmt], around: ast.stmt) -> None:
        old, new = _running(old), _running(new)
        for one, other in zip(old, new, strict=False):
            if _head(one) != _head(other):
                self.touched |= _extent(one)
                return
            self._inside(one, other)
        if len(old) > len(new):
            self.touched |= _extent(old[len(new)])
        elif len(old) < len(new):
            self.touched |= _extent(old[-1]) if old else _whole(around)


def _suites(node: ast.AST) -> list[list[ast.stmt]]:
    branches = [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    own = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    return [*own, *(branch.body for branch in branches)]


def _head(node: ast.AST) -> str:
    """A statement (or a branch of one, or a module) without what its suites do."""
    head = copy(node)
    for name in ("body", "orelse", "finalbody"):
        if suite := getattr(node, name, None):
            # A docstring may be read wherever the function is known.
            setattr(head, name, suite[:1] if _is_text(suite[0]) else [ast.Pass()])
    branches = [_head(each) for name in ("handlers", "cases") for each in getattr(node, name, ())]
    for name in {"handlers", "cases"} & {*node._fields}:
        setattr(head, name, [])
    return ast.dump(head) + "".join(branches)


def _at_start(node: ast.Module | ast.ClassDef) -> list[ast.stmt]:
    imports = (ast.Import, ast.ImportFrom) if isinstance(node, ast.Module) else ()
    return [each for each in node.body if not isinstance(each, imports) and not _is_text(each)]


def _running(suite: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a function's suite without mere declarations, which are never run."""
    return [
        each
        for each in suite
        if not (isinstance(each, ast.Global | ast.Nonlocal) or _is_text(each))
        and not (isinstance(each, ast.AnnAssign) and each.simple and not each.value)
    ]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _whole(node: ast.stmt) -> set[int]:
    return set(range(min(_extent(node)), (node.end_lineno or node.lineno) + 1))


def _extent(node: ast.stmt | ast.excepthandler) -> set[int]:
    """The lines of a statement or a handler, without those of the suites inside it."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    inner = [suite[0] for suite in _suites(node) if suite]
    end = min(_extent(inner[0])) if inner else (node.end_lineno or first) + 1
    return set(range(first, max(end, first + 1)))


def _scopes(text: str) -> _Scopes:
    """What each word stands for in each function, by the function's first line and name."""
    scopes: _Scopes = {}

    def read(code: CodeType, words: dict[str, set[str]]) -> None:
        # A lambda or a class inside a function counts as a part of it.
        if code.co_flags & CO_OPTIMIZED and not code.co_name.startswith("<"):
            words = scopes.setdefault((code.co_firstlineno, code.co_name), {})
            words["yield"] = {str(code.co_flags & (CO_GENERATOR | CO_ASYNC_GENERATOR))}
        local = (*code.co_varnames, *code.co_cellvars)
        for kind, names in (("local", local), ("outer", code.co_freevars), ("", code.co_names)):
            for name in names:
                words.setdefault(name, set()).add(kind)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                read(constant, words)

    read(compile(text, "", "exec", dont_inherit=True), {})
    return scopes


def _imports(tree: ast.Module) -> list[_Import]:
    """What a module imports: after how many other statements, from where, what, and as what."""
    found: list[_Import] = []
    others = _at_start(tree)
    for node in tree.body:
        before = sum(each.lineno < node.lineno for each in others)
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found += [(before, module, each.name, each.asname or each.name) for each in node.names]
        elif isinstance(node, ast.Import):
            found += [
                (before, each.name, "", each.asname or _top(each.name)) for each in node.names
            ]
    return found


def _top(module: str | None) -> str:
    return (module or "").partition(".")[0]


def _changed_names(old: ast.Module, new: ast.Module) -> set[str]:
    """The names that stand for something else, or for nothing, where other imports are made."""
    ours, theirs = _imports(old), _imports(new)
    work = {each[1:3] for each in ours}
    if [each for each in ours if each in theirs] != [each for each in theirs if each in ours]:
        raise _EverywhereError
    words: list[str] = []
    for each in {*ours} ^ {*theirs}:
        _before, module, name, bound = each
        # These run code of the answer itself, or change more than a name.
        risky = name == "*" or _top(module) in ("", "__future__", PACKAGE)
        if risky or not ((module, name) in work or _is_known(module, name)):
            raise _EverywhereError
        # Importing `a.b` also gives `a` the attribute `b`, for everyone.
        words += [*module.split(".")[1:], name, bound]
    return {*words} - {""}


def _is_known(module: str, name: str) -> bool:
    """Whether the standard library has it."""
    with suppress(ImportError):
        if _top(module) in sys.stdlib_module_names:
            return hasattr(import_module(module), name or "__name__")
    return False


def _taken(tree: ast.Module) -> set[str]:
    """The names that a file may take from another one of the answer."""
    taken = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    for each in ast.walk(tree):
        if isinstance(each, ast.ImportFrom) and (each.level or _top(each.module) == PACKAGE):
            taken |= {alias.name for alias in each.names}
    return taken


def _users(tree: ast.Module, names: set[str]) -> set[int]:
    """The lines of the statements that use one of `names`."""
    users: set[int] = set()

    def read(node: ast.AST, lines: set[int]) -> None:
        for child in ast.iter_child_nodes(node):
            here = lines
            if isinstance(child, ast.stmt | ast.excepthandler) and (
                lines or isinstance(node, _Function)
            ):
                here = _extent(child)
            # A string may be an annotation.
            fields = [getattr(child, field, None) for field in ("id", "attr", "name", "value")]
            text = " ".join(each for each in fields if isinstance(each, str))
            if names & {*re.findall(r"\w+", text)}:
                if not here:
                    raise _EverywhereError
                users.update(here)
            read(child, here)

    read(ast.Module(_at_start(tree), []), set())
    return users
