"""Cut skeletons from solutions, as the markers in these say; see `todo_markers`.

Python files are cut. TOML and Markdown files are forms that learners fill in: no program makes
questions from answers, so their skeletons are written by hand. Every other file is copied.
"""

import ast
import re
from collections.abc import Collection, Iterator
from itertools import zip_longest

from hooklab.authoring.folders import files
from hooklab.authoring.forms import ENDINGS
from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course
from hooklab.syntax import parse_python
from hooklab.texts import _
from hooklab.todo_markers import Answer, BadMarker, left_out, read, uses

LINE = 100
"""Characters in a line, as ruff is told in pyproject.toml."""

# A learner's unfinished function may leave arguments unused, and ruff minds a needless noqa too.
_UNUSED_ARGUMENTS = re.compile(r"  # noqa: ARG\d+.*")


def stale(course: Course, slug: str) -> Iterator[Problem]:
    """Bad markers in the solution of `slug`, and what of its skeleton is not cut from it."""
    made, problems = skeleton(course, slug)
    yield from problems
    for name, content in made.items():
        path = course.skeleton(slug) / name
        # A missing file is said where the rooms are compared.
        if path.is_file() and (line := _first_difference(path.read_bytes(), content)):
            yield Problem(
                f"exercises/{slug}/{name}:{line}",
                _("from here on it is not what is cut from the solution"),
                _("change the solution, then run: hooklab cut {slug}").format(slug=slug),
            )


def skeleton(
    course: Course, slug: str, keep: Collection[int] = ()
) -> tuple[dict[str, bytes], list[Problem]]:
    """The files of the skeleton of `slug` that are cut or copied, and what is wrong with others.

    Args:
        keep: numbers of the TODOs whose answers stay.
    """
    made, problems = {}, []
    for name in sorted(files(course.solution(slug))):
        path = course.solution(slug) / name
        try:
            if path.suffix == ".py":
                made[name] = cut(path.read_text(encoding="utf-8"), name, keep).encode()
            elif path.suffix not in ENDINGS:
                made[name] = path.read_bytes()
        except BadMarker as error:
            place = f"solutions/{slug}/{name}:{error.line}"
            problems.append(Problem(place, error.what, error.hint))
        except (SyntaxError, UnicodeDecodeError) as error:
            said = _("cannot be read: {error}").format(error=error)
            problems.append(Problem(f"solutions/{slug}/{name}", said, _("correct it")))
    return made, problems


def cut(source: str, file: str, keep: Collection[int] = ()) -> str:
    """The skeleton of the Python text `source`.

    What nothing needs any more is left out with the answers: imports, and what is marked so.

    Args:
        file: its name, for the skeleton's exceptions.
        keep: numbers of the TODOs whose answers stay. With all of them, what is left out are the
            markers.

    Raises:
        BadMarker: one cannot be obeyed.
        SyntaxError: it is no Python.
    """
    answers, helpers = read(source, file)
    text, needed = _without_helpers(_without_answers(source, answers, keep))
    for helper, is_needed in zip(helpers, needed, strict=True):
        if is_needed and not keep:
            raise BadMarker(
                helper.lines.start + 1,
                _("the skeleton needs {name}").format(name=helper.name),
                _("remove this marker, or mark as an answer what needs it"),
            )
    return _without_imports(text, uses(parse_python(source)) - uses(parse_python(text)))


def _without_answers(source: str, answers: list[Answer], keep: Collection[int]) -> str:
    lines = source.split("\n")
    for answer in reversed(answers):
        if answer.number in keep:
            del lines[answer.lines.start : answer.lines.start + answer.markers]
            continue
        lines[answer.lines.start : answer.lines.stop] = answer.skeleton
        for at in answer.signature:
            lines[at] = _UNUSED_ARGUMENTS.sub("", lines[at])
        try:
            parse_python("\n".join(lines))
        except SyntaxError as error:
            raise BadMarker(
                answer.lines.start + 1,
                _("its skeleton is no Python: {error}").format(error=error.msg),
                _("correct the lines that begin with “#: ”"),
            ) from error
    return "\n".join(lines)


def _without_helpers(source: str) -> tuple[str, list[bool]]:
    """`source` without what is marked and not needed; for each of these, whether it is needed."""
    marked = left_out(source)
    lines = source.split("\n")
    statements = parse_python(source).body
    inside = {line + 1 for each in marked for line in each.lines}
    used = set(uses(*(each for each in statements if each.lineno not in inside)))
    for _round in marked:
        # A helper of a helper is needed as well.
        used |= {name for each in marked if each.name in used for name in each.uses}
    needed = [each.name in used for each in marked]
    for each, is_needed in reversed(list(zip(marked, needed, strict=True))):
        if is_needed:
            del lines[each.lines.start]
        else:
            _delete(lines, each.lines)
    return "\n".join(lines), needed


def _without_imports(source: str, unused: frozenset[str]) -> str:
    lines = source.split("\n")
    for statement in reversed(parse_python(source).body):
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        kept = [each for each in statement.names if _bound(each) not in unused]
        at = range(statement.lineno - 1, statement.end_lineno or statement.lineno)
        if not kept:
            _delete(lines, at)
        elif len(kept) < len(statement.names):
            lines[at.start : at.stop] = _narrowed(statement, kept, in_one_line=len(at) == 1)
    return "\n".join(lines)


def _narrowed(
    statement: ast.Import | ast.ImportFrom, kept: list[ast.alias], *, in_one_line: bool
) -> list[str]:
    most = 2 * len(kept) > len(statement.names)
    statement.names = kept
    text = ast.unparse(statement)
    # A list with a name in each line stays one as long as most of its names are left.
    if in_one_line or (not most and len(text) <= LINE):
        return [text]
    head, _import, _names = text.partition(" import ")
    return [f"{head} import (", *(f"    {ast.unparse(each)}," for each in kept), ")"]


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _delete(lines: list[str], gone: range) -> None:
    """Delete lines; of the blank ones around them, as many stay as were on the larger side."""
    above, below = gone.start, gone.stop
    while above > 0 and not lines[above - 1]:
        above -= 1
    while below < len(lines) and not lines[below]:
        below += 1
    blank = 1 if below == len(lines) else max(gone.start - above, below - gone.stop)
    lines[above:below] = [""] * blank


def _first_difference(found: bytes, wanted: bytes) -> int:
    """The first line that differs, from 1 on; 0 when none does. Line ends are up to git."""
    pairs = zip_longest(found.splitlines(), wanted.splitlines())
    return next((line for line, (one, other) in enumerate(pairs, 1) if one != other), 0)
