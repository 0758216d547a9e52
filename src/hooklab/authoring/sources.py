"""Skeleton and solution: the same files, TODOs in one of them only."""

import re
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from hooklab import todo_markers
from hooklab.authoring.folders import files
from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course
from hooklab.texts import _

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
    yield from _judge_todos(slug, skeleton, solution)


def _judge_todos(slug: str, skeleton: Path, solution: Path) -> Iterator[Problem]:
    numbers: set[int] = set()
    for place, said in _remarks(skeleton):
        if "TODO" not in said:
            continue
        if numbered := _NUMBERED.search(said):
            numbers.add(int(numbered[1]))
            continue
        yield Problem(
            f"exercises/{slug}/{place}",
            _("a TODO without a number: {todo}").format(todo=said),
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
    for place, said in _remarks(solution):
        yield from _judge_remark(f"solutions/{slug}/{place}", said, numbers)


def _judge_remark(place: str, said: str, numbers: set[int]) -> Iterator[Problem]:
    number = todo_markers.number(said)
    if number is not None and number not in numbers:
        yield Problem(
            place,
            _("the skeleton has no TODO {number}").format(number=number),
            _("correct the number, or write in this marker what TODO {number} asks for").format(
                number=number
            ),
        )
    if "TODO" in said and not todo_markers.is_marker(said):
        yield Problem(
            place,
            _("a TODO is left in the solution: {todo}").format(todo=said),
            _("do it, or remove it"),
        )


def _remarks(folder: Path) -> Iterator[tuple[str, str]]:
    """Each comment of Python, and each line of other files, with its place, `file:line`."""
    for name in sorted(files(folder)):
        try:
            text = (folder / name).read_text(encoding="utf-8")
            if name.endswith(".py"):
                lines = [(each.start[0], each.string) for each in todo_markers.comments(text)]
            else:
                lines = list(enumerate(text.split("\n"), 1))
        except (UnicodeDecodeError, SyntaxError, tokenize.TokenError):
            # Said where the file is cut; binary files have no TODO.
            continue
        yield from ((f"{name}:{line}", said.strip()) for line, said in lines)
