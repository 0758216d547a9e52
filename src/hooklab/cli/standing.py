"""How far a learner has come with an exercise, by the text of its files: no app runs for it."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from hooklab import todos
from hooklab.authoring import forms
from hooklab.authoring.folders import files, plain
from hooklab.authoring.skeletons import given
from hooklab.catalogue import Course
from hooklab.texts import _
from hooklab.todos import Todo

_FILE = re.compile(r"[\w/]+\.(?:py|toml|md)\b")
_PLACE = re.compile(r"[\w/]+\.py:\d+\b")
_NUMBER = re.compile(r"\bTODO (\d+)")


@dataclass(frozen=True)
class Standing:
    """How far somebody has come.

    Attributes:
        is_untouched: whether the files are the skeleton's; False as well when nobody knows.
        done: the numbers of the TODOs that are not as they were, the lowest first.
        open: the places of the others, the lowest first.
        gone: of the TODOs whose place is not found, because it has another name or because the
            file cannot be read as it is.
    """

    is_untouched: bool
    done: tuple[int, ...]
    open: tuple[Todo, ...]
    gone: frozenset[int] = frozenset()


def standing(course: Course, slug: str) -> Standing:
    """How far the learner has come with `slug`."""
    folder = course.skeleton(slug)
    answer = {name: plain((folder / name).read_bytes()) for name in files(folder)}
    as_given = given(course, slug, answer)
    found, all_numbers, lost = list[Todo](), set[int](), set[int]()
    for name, content in as_given.items():
        if not name.endswith((".py", *forms.ENDINGS)):
            continue
        before, now = (_text(each) for each in (content, answer.get(name, b"")))
        open_before = todos.still_open(before, before, name)
        all_numbers |= {todo.number for todo in open_before}
        # Most files of a fresh clone: looking once will do.
        found += open_before if now == before else todos.still_open(before, now, name)
        if now != before and name.endswith(".py"):
            lost |= todos.gone(before, now)
    left = {todo.number for todo in found} | lost
    return Standing(
        is_untouched=bool(as_given) and answer == as_given,
        done=tuple(sorted(all_numbers - left)),
        open=tuple(sorted(found)),
        gone=frozenset(lost),
    )


def place_to_open(course: Course, slug: str, look: str = "") -> str:
    """Where to go on with `slug`, below the course's root: `path:line` of an open TODO, or a path.

    Args:
        look: where a check says to look. The first line that it names comes first, then the lowest
            open TODO, then the first file, and when it names none the lowest open TODO of the
            answer.
    """
    for place in _PLACE.findall(look):
        if (course.root / place.partition(":")[0]).is_file():
            return str(place)
    folder, where = course.skeleton(slug), standing(course, slug)
    numbers = {int(number) for number in _NUMBER.findall(look)}
    named = tuple(todo for todo in where.open if todo.number in numbers)
    files: list[str] = [name for name in _FILE.findall(look) if (folder / name).is_file()]
    if named or not files:
        return first_place(course, slug, replace(where, open=named or where.open))
    return (folder.relative_to(course.root) / files[0]).as_posix()


def first_place(course: Course, slug: str, where: Standing) -> str:
    """Where the lowest open TODO is, as `path:line` below the course's root."""
    folder = course.skeleton(slug).relative_to(course.root)
    if not where.open:
        return (folder / _main_file(course.skeleton(slug))).as_posix()
    return f"{(folder / where.open[0].file).as_posix()}:{where.open[0].line}"


def _main_file(folder: Path) -> str:
    """The app of an exercise, or the form of a written answer."""
    found = [path.name for path in sorted(folder.glob("*")) if path.suffix in forms.ENDINGS]
    return "app.py" if (folder / "app.py").is_file() or not found else found[0]


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def next_step(course: Course, slug: str, where: Standing) -> str:
    """Which TODOs are done and which one is next, in one line; nothing when nobody knows."""
    if where.gone:
        return ""
    if not where.open:
        return _("Every TODO is done.") if where.done else ""
    place, number = first_place(course, slug, where), where.open[0].number
    if not where.done:
        return _("Next: TODO {number}, {place}").format(number=number, place=place)
    if len(where.done) == 1:
        said = _("TODO {numbers} is done; next: TODO {number}, {place}")
    else:
        said = _("TODO {numbers} are done; next: TODO {number}, {place}")
    *others, last = map(str, where.done)
    numbers = _(" and ").join([", ".join(others), last] if others else [last])
    return said.format(numbers=numbers, number=number, place=place)
