"""Anyone who does the TODOs one after the other sees each of them done, and the next one named."""

import json
import tomllib
from collections.abc import Collection, Iterator
from typing import Any

from hooklab import todos
from hooklab.authoring import cutter, forms
from hooklab.authoring.folders import files
from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course
from hooklab.texts import _
from hooklab.todo_markers import BadMarker


def unseen(course: Course, slug: str) -> Iterator[Problem]:
    """Faults of the TODOs of `slug`: numbers that are missing, and steps that nobody would see.

    The skeleton is filled in from the solution, up to each number; then exactly those after it must
    be open, see `todos.still_open`. What cannot be cut is told by `cutter.stale`.
    """
    opened = [_after_each(course, slug, name) for name in sorted(files(course.skeleton(slug)))]
    last = max((max(after[0], default=0) for after in opened), default=0)
    for done in range(last + 1):
        found = {number for after in opened for number in after[min(done, len(after) - 1)]}
        wanted = set(range(done + 1, last + 1))
        if found != wanted:
            yield Problem(
                f"exercises/{slug}",
                _(
                    "with every TODO up to {done} done, these are open: {found}; and these should "
                    "be: {wanted}"
                ).format(done=done, found=_list(found), wanted=_list(wanted)),
                _("give each TODO a place of its own: a function, a statement, a line of a form"),
            )


def _after_each(course: Course, slug: str, name: str) -> list[set[int]]:
    """The TODOs of a file that are open once 0, 1, 2, … are done; as far as it has any."""
    skeleton, solution = course.skeleton(slug) / name, course.solution(slug) / name
    if not name.endswith((".py", *forms.ENDINGS)) or not solution.is_file():
        return [set()]
    start, solved = (path.read_text(encoding="utf-8") for path in (skeleton, solution))
    own = todos.numbers(start, name)
    fill = _filled_code if name.endswith(".py") else _filled_form
    after = [own]
    for done in range(1, max(own, default=0) + 1):
        if done not in own:
            after.append(after[-1])
            continue
        answer = fill(start, solved, name, range(1, done + 1))
        after.append({todo.number for todo in todos.still_open(start, answer, name)})
    return after


def _filled_code(start: str, solved: str, name: str, done: Collection[int]) -> str:
    try:
        return cutter.cut(solved, name, done)
    except (BadMarker, SyntaxError):
        return start


def _filled_form(start: str, solved: str, name: str, done: Collection[int]) -> str:
    if todos.numbers(start, name) <= set(done):
        return solved
    if not name.endswith(".toml"):
        return start
    form = _filled(tomllib.loads(start), tomllib.loads(solved), name, done)
    # A form is looked at line by line, and as JSON every value has one.
    return json.dumps(form, indent=0)


def _filled(form: Any, solved: Any, name: str, done: Collection[int]) -> Any:
    """`form` with what stands in `solved` where it has one of the TODOs `done`."""
    match form:
        case dict():
            return {
                key: _filled(value, solved[key], name, done) if key in solved else value
                for key, value in form.items()
            }
        case list():
            pairs = zip(form, solved, strict=False)
            return [_filled(one, other, name, done) for one, other in pairs]
        case str() if todos.numbers(form, name) & set(done):
            return solved
    return form


def _list(found: Collection[int]) -> str:
    return ", ".join(map(str, sorted(found))) or _("none")
