"""Which checks can tell a wrong answer from the solution: those that run a line that differs.

Both answers are compared statement by statement. In each suite the first statement that differs
decides: until a check comes to it, both do the same. What stands outside of functions runs at every
start, and so in every check; but an import may change only what uses its names. Where that is not
certain, every check counts. Two things are not looked at: where in the file a line stands, and code
that looks up its own names, as with `globals()`.
"""

import ast
import re
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR, CO_OPTIMIZED
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from hooklab.worker.loading import PACKAGE

Lines = dict[str, dict[str, set[int]]]
"""The lines of the solution that ran, by check and file."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Block = ast.stmt | ast.excepthandler | ast.match_case
_Import = ast.Import | ast.ImportFrom

_SUITES = ("body", "orelse", "finalbody")
_BRANCHES = ("handlers", "cases")
_AT_START = 0


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
        touched = touched_lines(
            before.read_text(encoding="utf-8"),
            after.read_text(encoding="utf-8"),
            _others(before, solution),
            _others(after, answer),
        )
        if touched is None:
            return None
        found |= {check for check, ran in lines.items() if ran.get(name, set()) & touched}
    return frozenset(found)


def _others(file: Path, folder: Path) -> list[str]:
    paths = sorted(folder.rglob("*.py"))
    return [path.read_text(encoding="utf-8") for path in paths if path != file]


def touched_lines(
    before: str, after: str, beside: Iterable[str] = (), beside_after: Iterable[str] = ()
) -> set[int] | None:
    """Lines of `before` of which one runs whenever `after` does something else.

    None when that may be at every start, or when a text is no Python.

    Args:
        beside, beside_after: the texts of the other files, which may take names from this one.
    """
    try:
        old, new = ast.parse(before), ast.parse(after)
        around, around_after = [ast.parse(text) for text in beside], map(ast.parse, beside_after)
        changed = _changed_names(old, new, around)
        taken = set().union(*map(_taken, (*around, *around_after)))
        if changed and taken & {*changed, "*"}:
            return None
        users = _users(old, changed)
        return users | _Comparison(before, after).of(old, new)
    except (SyntaxError, ValueError, _EverywhereError):
        return None


class _Comparison:
    def __init__(self, before: str, after: str) -> None:
        self._old, self._new = _scopes(before), _scopes(after)
        self._touched: set[int] = set()

    def of(self, old: ast.Module, new: ast.Module) -> set[int]:
        """The lines of `old` that decide, apart from its imports."""
        self._outside(old, new)
        return self._touched

    def _outside(self, old: ast.Module | ast.ClassDef, new: ast.Module | ast.ClassDef) -> None:
        """Compare what runs at every start."""
        ours, theirs = _own(old), _own(new)
        if _docstring(old) != _docstring(new) or len(ours) != len(theirs):
            raise _EverywhereError
        for one, other in zip(ours, theirs, strict=True):
            if ast.dump(one) == ast.dump(other):
                continue
            if _head(one) != _head(other):
                raise _EverywhereError
            if isinstance(one, _Function) and isinstance(other, _Function):
                self._function(one, other)
            elif isinstance(one, ast.ClassDef) and isinstance(other, ast.ClassDef):
                self._outside(one, other)
            else:
                raise _EverywhereError

    def _function(self, old: _Function, new: _Function) -> None:
        ours = self._old.get((_first(old), old.name), {})
        theirs = self._new.get((_first(new), new.name), {})
        # The same word may mean something else now, also where nothing was edited.
        if any(ours[word] != theirs[word] for word in ours.keys() & theirs.keys()):
            own = _does(old.body)
            self._touched |= set(range(own[0].lineno if own else _first(old), _last(old) + 1))
        else:
            self._suite(old, old.body, new.body)

    def _suite(self, parent: ast.stmt, old: list[ast.stmt], new: list[ast.stmt]) -> None:
        old, new = _does(old), _does(new)
        for one, other in zip(old, new, strict=False):
            if not self._same(one, other):
                self._touched |= _extent(one)
                return
        if len(old) > len(new):
            self._touched |= _extent(old[len(new)])
        elif len(old) < len(new):
            # Whatever is new comes after the last of the old statements.
            whole = set(range(_first(parent), _last(parent) + 1))
            self._touched |= _extent(old[-1]) if old else whole

    def _same(self, old: ast.stmt, new: ast.stmt) -> bool:
        """Whether two statements differ inside their suites at most, which are then compared."""
        if _head(old) != _head(new):
            return False
        if isinstance(old, _Function) and isinstance(new, _Function):
            self._function(old, new)
            return True
        for name in _BRANCHES:
            pairs = zip(getattr(old, name, ()), getattr(new, name, ()), strict=True)
            for one, other in pairs:
                self._suite(old, one.body, other.body)
        for name in _SUITES:
            self._suite(old, getattr(old, name, []), getattr(new, name, []))
        return True


def _head(node: ast.AST) -> object:
    """What there is of a statement apart from its suites: all that runs when it is come to."""
    suites = (*_SUITES, *_BRANCHES)
    rest = [
        (name, ast.dump(ast.Tuple(value)) if isinstance(value, list) else _dumped(value))
        for name, value in ast.iter_fields(node)
        if name not in suites
    ]
    has = [bool(getattr(node, name, None)) for name in _SUITES]
    branches = [_head(each) for name in _BRANCHES for each in getattr(node, name, ())]
    return type(node), rest, has, branches, _docstring(node)


def _dumped(value: object) -> object:
    return ast.dump(value) if isinstance(value, ast.AST) else value


def _docstring(node: ast.AST) -> str | None:
    documented = isinstance(node, _Function | ast.ClassDef | ast.Module)
    return ast.get_docstring(node, clean=False) if documented else None


def _own(node: ast.Module | ast.ClassDef) -> list[ast.stmt]:
    """The statements that run at every start, without a module's imports."""
    imports = _Import if isinstance(node, ast.Module) else ()
    return [each for each in node.body if not isinstance(each, imports) and not _is_text(each)]


def _does(suite: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a function's suite that run: a declaration leaves no trace."""
    return [
        each
        for each in suite
        if not isinstance(each, ast.Global | ast.Nonlocal)
        and not (isinstance(each, ast.AnnAssign) and each.simple and not each.value)
        and not _is_text(each)
    ]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _extent(node: _Block) -> set[int]:
    """The lines of a statement or branch, without those of the suites inside it."""
    if isinstance(node, ast.match_case):
        return set(range(node.pattern.lineno, max(node.pattern.lineno + 1, node.body[0].lineno)))
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    if isinstance(node, ast.Match):
        return set(range(first, max(first + 1, node.cases[0].pattern.lineno)))
    inner = getattr(node, "body", None)
    end = max(first + 1, _first(inner[0])) if inner else (node.end_lineno or first) + 1
    return set(range(first, end))


def _scopes(text: str) -> dict[tuple[int, str], dict[str, set[str]]]:
    """What each word stands for in each function, by the function's first line and name."""
    scopes: dict[tuple[int, str], dict[str, set[str]]] = {}

    def read(code: CodeType, words: dict[str, set[str]]) -> None:
        # Classes and lambdas inside a function count as a part of it.
        if code.co_flags & CO_OPTIMIZED and not code.co_name.startswith("<"):
            words = scopes.setdefault((code.co_firstlineno, code.co_name), {})
            yields = code.co_flags & (CO_GENERATOR | CO_ASYNC_GENERATOR)
            words["yield"] = {"itself"} if yields else set()
        kinds = {
            "local": (*code.co_varnames, *code.co_cellvars),
            "outer": code.co_freevars,
            "global": code.co_names,
        }
        for kind, names in kinds.items():
            for name in names:
                words.setdefault(name, set()).add(kind)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                read(constant, words)

    read(compile(text, "", "exec", dont_inherit=True), {})
    return scopes


class _Imported(NamedTuple):
    """A name that a module imports, and how many of its other statements stand before that."""

    before: int
    module: str
    name: str
    bound: str

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def _imported(tree: ast.Module) -> list[_Imported]:
    found, before = [], 0
    for node in tree.body:
        before += not isinstance(node, _Import) and not _is_text(node)
        for each in node.names if isinstance(node, _Import) else ():
            if isinstance(node, ast.ImportFrom):
                module, name = "." * node.level + (node.module or ""), each.name
            else:
                module, name = each.name, ""
            bound = each.asname or name or module.partition(".")[0]
            found.append(_Imported(before, module, name, bound))
    return found


def _changed_names(old: ast.Module, new: ast.Module, beside: Iterable[ast.Module]) -> set[str]:
    """The names that stand for something else, or for nothing, after another import."""
    ours, theirs = _imported(old), _imported(new)
    # These run code of the answer itself, or change more than a name.
    risky = [
        [each for each in side if each.name == "*" or each.top in ("", "__future__", PACKAGE)]
        for side in (ours, theirs)
    ]
    tops = {each.top for each in ours}
    works = {each[1:3] for tree in (old, *beside) for each in _imported(tree) if each.top in tops}
    if risky[0] != risky[1] or not all(each[1:3] in works or _exists(each) for each in theirs):
        raise _EverywhereError
    changed: set[str] = set()
    for bound in {each.bound for each in (*ours, *theirs)}:
        was, now = ([each for each in side if each.bound == bound] for side in (ours, theirs))
        if was != now:
            # Importing `a.b` also gives `a` the attribute `b`, for everyone.
            changed |= {word for each in (*was, *now) for word in each.module.split(".")[1:]}
            changed |= {bound, *(each.name for each in (*was, *now))} - {""}
    return changed


def _exists(each: _Imported) -> bool:
    """Whether it is certainly there, in the standard library."""
    if each.top not in sys.stdlib_module_names:
        return False
    try:
        return not each.name or hasattr(import_module(each.module), each.name)
    except ImportError:
        return False


def _taken(tree: ast.Module) -> set[str]:
    """The names that a file may take from another one of the answer."""
    nodes = list(ast.walk(tree))
    imports = [each for each in nodes if isinstance(each, ast.ImportFrom)]
    own = [each for each in imports if each.level or (each.module or "").startswith(PACKAGE)]
    attributes = {each.attr for each in nodes if isinstance(each, ast.Attribute)}
    return attributes | {alias.name for each in own for alias in each.names}


def _users(tree: ast.Module, names: set[str]) -> set[int]:
    """The lines that use one of `names`; the statement of several lines counts whole."""
    users: set[int] = set()

    def read(node: ast.AST, lines: set[int] | None) -> None:
        for child in ast.iter_child_nodes(node):
            here = lines
            if isinstance(child, _Block) and (lines or isinstance(node, _Function)):
                here = _extent(child)
            if names & _words(child):
                if not here:
                    raise _EverywhereError
                users.update(here)
            read(child, here)

    for each in tree.body:
        if not isinstance(each, _Import):
            if names & _words(each):
                raise _EverywhereError
            read(each, None)
    return users


def _words(node: ast.AST) -> set[str]:
    """The names in a node itself; a string may be an annotation."""
    words = [getattr(node, field, None) for field in ("id", "attr", "name", "asname", "value")]
    return {word for text in words if isinstance(text, str) for word in re.findall(r"\w+", text)}
