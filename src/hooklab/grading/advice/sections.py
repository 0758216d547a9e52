"""The sections of an exercise, its TODOs: which are open in an answer, and where they stand."""

import ast
import re
from functools import lru_cache
from pathlib import Path

from hooklab.grading.advice.code import Code, Function, TooMuch
from hooklab.syntax import parse_python
from hooklab.texts import _

STOPPED = re.compile(r"NotImplementedError: [^\n]{0,200}?\bTODO (\d{1,3}) is still open")
_FRAME = re.compile(r'File "([^"\n]{1,500})", line (\d{1,6})')
_OPEN = re.compile(r"\bTODO (\d{1,3})\b")
_MARKER = re.compile(r"^\s*# answer (\d{1,3})\b")
# What stands before the first semicolon: “TODO 3 and 4 in users.py”, “TODO 1 to 4”.
_BEGINNING = re.compile(r"TODO \d[^;]*?(?=\s*(?:;|$))")
_NUMBERS = re.compile(r"(?<![\w.])(?P<first>\d{1,3})(?:(?: to | à |–)(?P<last>\d{1,3}))?(?![\w.])")  # noqa: RUF001
MOST_NAMED = 3


class Sections:
    """The TODOs of one answer.

    Args:
        code: the answer.
        solution: the folder of the exercise's solution, whose markers say which function belongs
            to which TODO; it may be missing.
    """

    def __init__(self, code: Code, solution: Path | None = None) -> None:
        self._code = code
        self._solution = solution
        self.open: dict[int, list[ast.Raise]] = {}
        for node in code.find(ast.Raise):
            if number := _open_number(node):
                self.open.setdefault(number, []).append(node)

    def place(self, number: int, file: str = "", line: int = 0) -> str:
        """Where the open TODO `number` stands; its part at this line, if there is one."""
        places = [self._code.place(node) for node in self.open[number]]
        told = self._code.place_of(file, line)
        return told if told in places else places[0]

    def tell_open(self, traceback: str) -> str:
        """The line that says all of a traceback that ends in an open TODO; else nothing."""
        stopped = STOPPED.search(traceback)
        number = int(stopped[1]) if stopped else 0
        if number not in self.open:
            return ""
        frames = _FRAME.findall(traceback) or [("", 0)]
        self._code.begin()
        try:
            place = self.place(number, frames[-1][0], int(frames[-1][1]))
        except TooMuch:
            return ""
        return _("TODO {number} is still open (NotImplementedError): {place}").format(
            number=number, place=place
        )

    def name(self, look: str) -> str:
        """`look` with the sections at its beginning called what the answer has there.

        The lowest that is open is named, with its place. When none is, the functions are that were
        to be written. Words that name no section of the answer stay as they are.
        """
        self._code.begin()
        begun = _BEGINNING.match(look)
        if not begun:
            return look
        numbers = numbers_in(look)
        if still_open := sorted(set(numbers) & set(self.open)):
            lowest = still_open[0]
            return f"TODO {lowest} ({self.place(lowest)}){look[begun.end() :]}"
        done = written_in(self._solution) if self._solution else {}
        written = dict.fromkeys(each for number in numbers for each in done.get(number, []))
        named = self._functions(list(written))
        return named + look[begun.end() :] if named else look

    def _functions(self, written: list[tuple[str, str]]) -> str:
        """These functions of the answer with their places; of many only the files."""
        found = [
            (file, function)
            for file, name in written
            for function in self._code.functions(name, file)[:1]
        ]
        files = list(dict.fromkeys(file for file, _function in found))
        if len(found) > MOST_NAMED:
            return ", ".join(files)
        parts = []
        for file in files:
            there = [function for each, function in found if each == file]
            names = ", ".join(f"{function.name}()" for function in there)
            parts.append(f"{names} ({self._code.place(there[0])})")
        return _(" and ").join(parts)


@lru_cache(maxsize=8)
def written_in(solution: Path) -> dict[int, list[tuple[str, str]]]:
    """The functions that a solution has for each TODO, as file and name, in order."""
    found: dict[int, list[tuple[str, str]]] = {}
    for path in sorted(solution.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        # What stands inside comes later: the innermost function of a line is the last.
        functions = [node for node in ast.walk(parse_python(text)) if isinstance(node, Function)]
        for line, comment in enumerate(text.splitlines(), start=1):
            marker = _MARKER.match(comment)
            around = [each for each in functions if each.lineno <= line <= (each.end_lineno or 0)]
            if marker and around:
                entry = (path.relative_to(solution).as_posix(), around[-1].name)
                known = found.setdefault(int(marker[1]), [])
                known += [entry] if entry not in known else []
    return found


def numbers_in(look: str) -> list[int]:
    """The numbers of the TODOs at the beginning of `look`."""
    begun = _BEGINNING.match(look)
    return [
        number
        for match in _NUMBERS.finditer(begun[0] if begun else "")
        for number in range(int(match["first"]), int(match["last"] or match["first"]) + 1)
    ]


def _open_number(node: ast.Raise) -> int:
    """The number of the TODO that is open at `node`; 0 for an exception of another kind."""
    match node.exc:
        case ast.Call(func=ast.Name("NotImplementedError"), args=[ast.Constant(value=str(text))]):
            found = _OPEN.search(text)
            return int(found[1]) if found else 0
    return 0
