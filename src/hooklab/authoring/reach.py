"""Which checks can tell a wrong answer from the solution: those that run a line that differs.

Until a check comes to such a line, both answers do the same. What stands outside of functions runs
at every start, and so in every check; but an import changes only what uses its names.
"""

import ast
import re
from difflib import SequenceMatcher
from pathlib import Path

Lines = dict[str, dict[str, set[int]]]
"""The lines of the solution that ran, by check and file."""

_COMMENT = re.compile(r"\s*(?:#|$)")


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
            before.read_text(encoding="utf-8"), after.read_text(encoding="utf-8")
        )
        if touched is None:
            return None
        found |= {check for check, ran in lines.items() if ran.get(name, set()) & touched}
    return frozenset(found)


def touched_lines(before: str, after: str) -> set[int] | None:
    """The lines of `before` that run whenever `after` might do something else.

    None when that is at every start, or when `after` is no Python.
    """
    try:
        old, new = _Module(before), _Module(after)
    except SyntaxError:
        return None
    touched = _users(old, new)
    matcher = SequenceMatcher(None, old.lines, new.lines, autojunk=False)
    for kind, start, stop, new_start, new_stop in matcher.get_opcodes():
        gone = old.matter(start, stop) if kind != "equal" else []
        come = new.matter(new_start, new_stop) if kind != "equal" else []
        if not (gone or come) or touched is None:
            continue
        functions = {old.function_at(number) for number in gone}
        functions |= {old.known(new.function_at(number)) for number in come}
        if "" in functions:
            return None
        touched |= _decisive(old, new, gone, come, stop + 1) or old.inside(functions)
    return touched


def _users(old: "_Module", new: "_Module") -> set[int] | None:
    """The lines of `old` that use a name which is imported from elsewhere in `new`, or not at all.

    None when such a line runs at every start.
    """
    names = old.imports.keys() | new.imports.keys()
    changed = {name for name in names if old.imports.get(name) != new.imports.get(name)}
    lines = {number for name in changed for number in old.uses.get(name, ())}
    return lines if all(old.function_at(number) for number in lines) else None


def _decisive(
    old: "_Module", new: "_Module", gone: list[int], come: list[int], following: int
) -> set[int]:
    """Lines of `old` of which one runs before a change can show; none when it takes them all.

    Args:
        gone, come: the numbers of the lines that were taken away and put there.
        following: the number of the line that follows in `old`.
    """
    if not gone:
        # In the same block, what comes next is reached whenever the new lines are.
        beside = old.indent([following]) == new.indent(come)
        same = {old.function_at(following)} == {new.function_at(number) for number in come}
        return set(old.statement_at(following)) if beside and same else set()
    if come and new.indent(come) < old.indent(gone):
        # Further out than what stood there, they may run without it.
        return set()
    statements = [old.statement_at(number) for number in gone]
    # A line such as `else:` belongs to no statement.
    return set().union(*statements) if all(statements) else set()


class _Module:
    """A file's lines, numbered from 1 on, and what they belong to."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self._statements: dict[int, range] = {}
        self._functions: dict[int, str] = {}
        self.imports: dict[str, str] = {}
        self.uses: dict[str, set[int]] = {}
        self._imported: set[int] = set()
        tree = ast.parse(text)
        self._read(tree, "")
        self._read_names(tree)

    def statement_at(self, number: int) -> range:
        """The lines of the statement that a line is part of; none for one such as `else:`."""
        return self._statements.get(number, range(0))

    def function_at(self, number: int) -> str:
        """The dotted name of the innermost function whose body line `number` is in; "" for none."""
        return self._functions.get(number, "")

    def known(self, function: str) -> str:
        """The function of that name, or the nearest around it that exists here; "" for none."""
        while function and function not in self._functions.values():
            function = function.rpartition(".")[0]
        return function

    def inside(self, functions: set[str]) -> set[int]:
        """The numbers of all lines of the bodies of `functions`."""
        return {number for number, name in self._functions.items() if name in functions}

    def matter(self, start: int, stop: int) -> list[int]:
        """The numbers of the lines after `start`, up to `stop`, that are no imports or comments."""
        return [
            number
            for number in range(start + 1, stop + 1)
            if number not in self._imported
            and (number in self._statements or not _COMMENT.match(self.lines[number - 1]))
        ]

    def indent(self, numbers: list[int]) -> int:
        """How far the line that is furthest out is indented, in characters; -1 for none."""
        lines = [self.lines[number - 1] for number in numbers if number <= len(self.lines)]
        return min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=-1)

    def _read(self, node: ast.AST, function: str, prefix: str = "") -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                own = _extent(child)
                self._statements |= dict.fromkeys(own, own)
                if function:
                    self._functions |= dict.fromkeys(own, function)
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}{child.name}"
                # With lines such as `else:`, which belong to no statement.
                body = range(child.body[0].lineno, (child.end_lineno or child.lineno) + 1)
                if child.lineno not in body:
                    self._functions |= dict.fromkeys(body, name)
                self._read(child, name, f"{name}.")
            elif isinstance(child, ast.ClassDef):
                # Its body runs where the class is made; its methods do not.
                self._read(child, function, f"{prefix}{child.name}.")
            else:
                self._read(child, function, prefix)

    def _read_names(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                self.uses.setdefault(node.id, set()).add(node.lineno)
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self._imported |= set(_extent(statement))
                for each in statement.names:
                    origin = ast.unparse(
                        ast.ImportFrom(statement.module, [each], statement.level)
                        if isinstance(statement, ast.ImportFrom)
                        else ast.Import([each])
                    )
                    self.imports[each.asname or each.name.partition(".")[0]] = origin


def _extent(node: ast.stmt | ast.excepthandler | ast.match_case) -> range:
    """The lines of a statement, without those of the blocks inside it."""
    first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    first = min([first, *(each.lineno for each in getattr(node, "decorator_list", []))])
    blocks = getattr(node, "body", None) or getattr(node, "cases", None)
    if not blocks:
        return range(first, (getattr(node, "end_lineno", None) or first) + 1)
    inner = blocks[0]
    start = inner.pattern.lineno if isinstance(inner, ast.match_case) else inner.lineno
    return range(first, max(first + 1, start))
