"""The comments in a solution that say what its skeleton leaves out.

Each is a line of its own, and no skeleton has it:

`# answer 2: count the bytes.`
    From here to the end of the block stands the answer to TODO 2. The skeleton has the comment
    “# TODO 2: count the bytes.” instead, and a NotImplementedError. Outside functions the answer is
    the next statement only, and above a class or a function nothing is left out. Without words
    there is no comment.
`#: return 0`
    Next to such a line: a line of the skeleton. If it is code, it takes the exception's place.
`# not in the skeleton`
    Above a private name of the module: it is left out, unless an answer that is kept needs it.

A TODO in any other comment of a solution is one that was left over.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from hooklab.errors import HooklabError
from hooklab.skeleton_errors import raised
from hooklab.syntax import parse_python
from hooklab.texts import _

_ANSWER = re.compile(r"# answer (?P<number>\d+)(?P<words>(?:, [^:]+)?: .+)?")
_GIVEN = re.compile(r"#:(?: (?P<line>.*))?")
_ALMOST = re.compile(r"# answer *(?:\d|:|$)|#:")
_LEFT_OUT = "# not in the skeleton"

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class BadMarker(HooklabError):
    """A marker that cannot be obeyed.

    Args:
        line: where it stands, from 1 on.
    """

    def __init__(self, line: int, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.line = line


@dataclass(frozen=True)
class Answer:
    """The answer to a TODO; lines count from 0.

    Attributes:
        number: the TODO's.
        lines: the markers, and what the skeleton leaves out.
        markers: how many of these lines are markers.
        skeleton: what it has instead.
        signature: the lines that begin the function; empty outside functions.
    """

    number: int
    lines: range
    markers: int
    skeleton: list[str]
    signature: range


@dataclass(frozen=True)
class LeftOut:
    """A private name of a module that answers alone need; lines count from 0.

    Attributes:
        lines: its marker, and the whole statement.
        name: what it defines.
        uses: the names that it needs itself.
    """

    lines: range
    name: str
    uses: frozenset[str]


@dataclass(frozen=True)
class _Place:
    statement: ast.stmt
    block: list[ast.stmt]
    function: _Function | None


def is_marker(line: str) -> bool:
    """Whether `line` is a marker; lines inside of texts must not be asked about."""
    text = line.strip()
    return text == _LEFT_OUT or bool(_ANSWER.fullmatch(text) or _GIVEN.fullmatch(text))


def number(line: str) -> int | None:
    """The number of the TODO whose answer begins with the marker `line`; None for other lines."""
    answer = _ANSWER.fullmatch(line.strip())
    return int(answer["number"]) if answer else None


def comments(source: str) -> Iterator[tokenize.TokenInfo]:
    """The comments of a Python file."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return (token for token in tokens if token.type == tokenize.COMMENT)


def uses(*trees: ast.AST) -> frozenset[str]:
    """The names that stand in code."""
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def read(source: str, file: str) -> tuple[list[Answer], list[LeftOut]]:
    """The markers of the Python text `source`, from top to bottom.

    Args:
        file: its name, for the skeleton's exceptions.

    Raises:
        BadMarker: one cannot be obeyed.
        SyntaxError: it is no Python.
    """
    lines = source.split("\n")
    places = dict(_places(parse_python(source).body))
    answers = [_answer(lines, markers, places, file) for markers in _groups(source)]
    helpers = left_out(source)
    regions = [*(each.lines for each in answers), *(each.lines for each in helpers)]
    for outer, inner in pairwise(sorted(regions, key=lambda lines: lines.start)):
        if inner.start < outer.stop:
            raise BadMarker(
                inner.start + 1,
                _("it stands inside what the marker of line {line} leaves out").format(
                    line=outer.start + 1
                ),
                _("that goes on to the end of the block or the statement: remove one of the two"),
            )
    return answers, helpers


def left_out(source: str) -> list[LeftOut]:
    """What is marked as left out of the skeleton, from top to bottom; raises as `read` does."""
    body = parse_python(source).body
    indices = {_first(statement): index for index, statement in enumerate(body)}
    return [
        _left_out(token.start[0] - 1, body, indices.get(token.start[0] + 1))
        for token in _own_lines(source)
        if token.string == _LEFT_OUT
    ]


def _left_out(marker: int, body: list[ast.stmt], index: int | None) -> LeftOut:
    name = _defined(body[index]) if index is not None else ""
    if index is None or not name.startswith("_"):
        raise BadMarker(
            marker + 1,
            _("no private function, class or constant of the module begins below it"),
            _("write it right above one whose name begins with an underscore"),
        )
    last = body[index]
    match body[index + 1 : index + 2]:
        case [ast.Expr(value=ast.Constant(value=str())) as docstring]:
            last = docstring
    return LeftOut(range(marker, _stop(last)), name, uses(body[index]))


def _defined(statement: ast.stmt) -> str:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _own_lines(source: str) -> Iterator[tokenize.TokenInfo]:
    return (token for token in comments(source) if not token.line[: token.start[1]].strip())


def _groups(source: str) -> Iterator[list[tokenize.TokenInfo]]:
    """The markers of answers, those of neighbouring lines together."""
    found = []
    for token in _own_lines(source):
        if _ANSWER.fullmatch(token.string) or _GIVEN.fullmatch(token.string):
            found.append(token)
        elif _ALMOST.match(token.string):
            raise BadMarker(
                token.start[0],
                _("this is no marker: {comment}").format(comment=token.string),
                _("write “# answer 1: …” or “#: …”, or begin it in another way"),
            )
    # Lines that follow each other have the same distance to their place in the list.
    by_distance = groupby(enumerate(found), lambda each: each[1].start[0] - each[0])
    return ([token for _index, token in group] for _distance, group in by_distance)


def _answer(
    lines: list[str], markers: list[tokenize.TokenInfo], places: dict[int, _Place], file: str
) -> Answer:
    todo, given = _read(markers)
    first, column = markers[0].start[0] - 1, markers[0].start[1]
    below = first + len(markers)
    place = places.get(_next_code(lines, below))
    if place is None or place.statement.col_offset != column:
        raise BadMarker(
            first + 1,
            _("no whole statement begins below it"),
            _("write it above the first statement of the answer, with the same indentation"),
        )
    has_code = any(line and not line.startswith("#") for line in given)
    match place:
        case _Place(function=ast.FunctionDef() | ast.AsyncFunctionDef() as function):
            stop = _with_comments(lines, _stop(place.block[-1]), column)
            signature = range(function.lineno - 1, function.body[0].lineno - 1)
            if not has_code:
                said = raised(function.name, todo, file)
                given.append(f'raise NotImplementedError("{said}")')
        case _Place(statement=ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef()):
            stop, signature = below, range(0)
        case _ if not has_code:
            raise BadMarker(
                first + 1,
                _("it does not say what the skeleton has instead"),
                _("write it below in lines that begin with “#: ”"),
            )
        case _:
            stop, signature = _stop(place.statement), range(0)
    skeleton = [" " * column + line if line else "" for line in given]
    return Answer(todo, range(first, stop), len(markers), skeleton, signature)


def _read(markers: list[tokenize.TokenInfo]) -> tuple[int, list[str]]:
    """The TODO's number, and the lines that the markers give to the skeleton."""
    numbers: set[int] = set()
    given = []
    for marker in markers:
        # A marker may be too long where the line that it makes is not.
        text = marker.string.removesuffix("  # noqa: E501")
        if answer := _ANSWER.fullmatch(text):
            numbers.add(int(answer["number"]))
            if answer["words"]:
                given.append(f"# TODO {answer['number']}{answer['words']}")
        elif line := _GIVEN.fullmatch(text):
            given.append(line["line"] or "")
    if len(numbers) != 1:
        raise BadMarker(
            markers[0].start[0],
            _("it belongs to no TODO, or to several"),
            _("let one number stand in it and in the markers next to it: “# answer 1: …”"),
        )
    return numbers.pop(), given


def _places(
    block: list[ast.stmt], function: _Function | None = None
) -> Iterator[tuple[int, _Place]]:
    """Every statement in `block` and below, by the line in which it begins."""
    for statement in block:
        yield _first(statement), _Place(statement, block, function)
        inside = None if isinstance(statement, ast.ClassDef) else function
        if isinstance(statement, _Function):
            inside = statement
        for inner in _blocks(statement):
            yield from _places(inner, inside)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for _field, value in ast.iter_fields(node):
        match value:
            case [ast.stmt(), *_others]:
                yield value
            case [ast.ExceptHandler() | ast.match_case(), *_others]:
                yield from (each.body for each in value)


def _first(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _stop(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _next_code(lines: list[str], below: int) -> int:
    rest = enumerate(lines[below:], below + 1)
    return next((at for at, line in rest if line.strip() and line.lstrip()[0] != "#"), 0)


def _with_comments(lines: list[str], stop: int, column: int) -> int:
    """Where the comments end that follow a block."""
    while stop < len(lines) and lines[stop].startswith(" " * column + "#"):
        stop += 1
    return stop
