"""Known wrong answers: each overlays the solution with one fault, and says what it must lose."""

import ast
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from hooklab.authoring.problem import Problem
from hooklab.authoring.sources import files
from hooklab.catalogue import Course
from hooklab.rubric import Rubric
from hooklab.texts import _

_LOSES = re.compile(r"^Loses:\s*(?P<checks>(?:[^.\n]*,\n)*[^.\n]+)", re.MULTILINE)


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer.

    Attributes:
        folder: the files that differ from the solution's.
        loses: the ids of the checks that it must lose; those that need them follow by themselves.
            None when it does not say.
    """

    folder: Path
    loses: frozenset[str] | None

    @property
    def name(self) -> str:
        """Its folder's name: the mistake in two or three words."""
        return self.folder.name


def load(course: Course, slug: str) -> list[Mistake]:
    """The known mistakes of `slug`, by name."""
    home = course.grader(slug) / "mistakes"
    if not home.is_dir():
        return []
    folders = sorted(each for each in home.iterdir() if each.is_dir() and files(each))
    return [Mistake(folder, _declared(folder)) for folder in folders]


def _declared(folder: Path) -> frozenset[str] | None:
    for name in sorted(files(folder)):
        if found := _LOSES.search(_first_words(folder / name)):
            return frozenset(filter(None, re.split(r"[,\s]+", found["checks"])))
    return None


def _first_words(path: Path) -> str:
    """What the author of a file says at its top: a docstring, or comments in TOML and Markdown."""
    text = path.read_text(encoding="utf-8", errors="replace")
    match path.suffix:
        case ".py":
            # A mistake may be a syntax error; another of its files then declares what it loses.
            with suppress(SyntaxError):
                return ast.get_docstring(ast.parse(text)) or ""
        case ".toml":
            comments = takewhile(lambda line: line.startswith("#"), text.splitlines())
            return "\n".join(line.lstrip("# ") for line in comments) + "\n"
        case ".md" if text.startswith("<!--"):
            return text.removeprefix("<!--").partition("-->")[0].strip()
    return ""


def judge_declarations(
    course: Course, rubric: Rubric, mistakes: list[Mistake]
) -> Iterator[Problem]:
    """Mistakes that declare nothing or unknown checks, and checks that no mistake loses."""
    for mistake in mistakes:
        place = mistake.folder.relative_to(course.root).as_posix()
        if not mistake.loses:
            yield Problem(
                place,
                _("it does not say which checks it loses"),
                _("write “Loses: check_id, check_id” at the top of its first file"),
            )
        for id_ in sorted((mistake.loses or frozenset()) - rubric.checks.keys()):
            yield Problem(
                place,
                _("it says that it loses “{id}”, which is no check").format(id=id_),
                _("use the ids of rubric.toml"),
            )
        yield from _repeated_files(course, rubric.slug, mistake)
    lost = {id_ for mistake in mistakes for id_ in mistake.loses or ()}
    for id_ in rubric.checks:
        if id_ not in lost:
            yield Problem(
                f"graders/{rubric.slug}/mistakes",
                _("no mistake loses the check “{id}”").format(id=id_),
                _("add the wrong answer that this check is there for"),
            )


def _repeated_files(course: Course, slug: str, mistake: Mistake) -> Iterator[Problem]:
    for name in sorted(files(mistake.folder)):
        twin, own = course.solution(slug) / name, mistake.folder / name
        if twin.is_file() and twin.read_bytes() == own.read_bytes():
            yield Problem(
                own.relative_to(course.root).as_posix(),
                _("the file is the solution's own"),
                _("keep only the files that differ"),
            )


def assemble(course: Course, slug: str, mistake: Mistake, into: Path) -> Path:
    """The whole wrong answer: the solution with the mistake laid over it, in the folder `into`."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(course.solution(slug), into, ignore=ignored)
    shutil.copytree(mistake.folder, into, ignore=ignored, dirs_exist_ok=True)
    return into
