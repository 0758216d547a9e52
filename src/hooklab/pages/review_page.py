"""A walk through an exercise's solution, TODO by TODO, for those who have done it.

What each answer is about stands in `course/data/reviews.toml`, in both languages.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from hooklab import rubric, todo_markers
from hooklab.catalogue import Course
from hooklab.rubric import Rubric
from hooklab.texts import _, number, pick
from hooklab.toml import Table, read_table
from hooklab.walks import FILE

_TODO = re.compile(r"\bTODO (\d+)")
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_PLAIN_TEXT = "*.md"


def review(course: Course, slug: str) -> str:
    """The answers of the solution by their numbers, as Markdown in the language in use.

    Raises:
        HooklabError: there is no such exercise, or `FILE` does not tell of each of its answers.
    """
    course.exercise(slug)
    answers = _answers(course.solution(slug))
    kept = read_table(course.root / FILE)
    told = Table(kept.get(slug, dict), f"{kept.where}, {slug}")
    told.only(*map(str, answers))
    asked = rubric.load(course.grader(slug))
    sections = [
        "\n\n".join((f"## TODO {todo}", pick(told.text(str(todo))), *_held(asked, todo), *code))
        for todo, code in answers.items()
    ]
    return "\n\n".join((*sections, *_written(course.solution(slug), asked)))


def _answers(solution: Path) -> dict[int, list[str]]:
    """The listings of each TODO's answer."""
    found: dict[int, list[str]] = {}
    for path in sorted(solution.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        name = path.relative_to(solution).as_posix()
        answers, _left_out = todo_markers.read(source, name)
        for answer in answers:
            shown = _shown(source.split("\n"), answer)
            found.setdefault(answer.number, []).append(f"`{name}`\n\n```python\n{shown}\n```")
    return dict(sorted(found.items()))


def _shown(lines: list[str], answer: todo_markers.Answer) -> str:
    """The lines of an answer below the head of its function, without what is for authors."""
    kept = [lines[at] for at in (*answer.signature, *answer.lines)]
    code = [line for line in kept if not todo_markers.is_marker(line)]
    return dedent("\n".join(code)).rstrip()


def _held(asked: Rubric, todo: int) -> Iterator[str]:
    """Which checks look at the TODO."""
    titles = [
        _("“{name}”").format(name=pick(check.title))
        for criterion in asked.criteria
        for check in criterion.checks
        if str(todo) in _TODO.findall(check.look["en"])
    ]
    if titles:
        yield f"*{_('Graded by')}{_(': ')}{', '.join(titles)}.*"


def _written(solution: Path, asked: Rubric) -> Iterator[str]:
    """A model of each written answer, and the level that it is meant to reach."""
    for path in sorted(solution.glob(_PLAIN_TEXT)):
        yield f"## {_('A model for {file}').format(file=f'`{path.name}`')}"
        yield _("It is in English, and written to reach the highest level of each criterion:")
        yield "\n".join(
            f"- **{pick(criterion.title)}**{_(': ')}{pick(best.title)}"
            f" ({number(best.points)}). {pick(best.description)}"
            for criterion in asked.criteria
            if criterion.levels
            for best in [max(criterion.levels, key=lambda level: level.points)]
        )
        # Its headings stand below that of this section.
        yield _HEADING.sub(r"##\1 ", path.read_text(encoding="utf-8")).rstrip()
