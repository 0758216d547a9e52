"""Answers whose outcome is known: patches with one fault each, and other whole designs."""

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hooklab.authoring import patches
from hooklab.authoring.folders import copy, digest, files, folder_digest, plain
from hooklab.authoring.patches import DoesNotApply, Patch
from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.rubric import Rubric
from hooklab.syntax import parse_python
from hooklab.texts import LANGUAGES, _
from hooklab.toml import read_table


@dataclass(frozen=True)
class Known:
    """An answer that is neither the solution nor the skeleton.

    Attributes:
        path: its patch, or the folder with its files.
        says: what it does and what breaks, or what it shows; for people.
        loses: the ids of the checks that it must lose; those that need them follow by themselves.
        patch: what makes it of the solution; None for an answer with files of its own.
        base: the folder whose files it takes where it has none of its own, if any.
        because: why so much of the exercise breaks with it; "" when little does.
    """

    path: Path
    says: str
    loses: tuple[str, ...]
    patch: Patch | None = None
    base: Path | None = None
    because: str = ""

    @property
    def content(self) -> str:
        """A digest of all that is its own, and so of what its outcome depends on."""
        own = self.patch.diff if self.patch else folder_digest(self.path)
        return digest({}, own, *self.loses)

    @property
    def slug(self) -> str:
        """The exercise that it answers."""
        return self.path.parents[1].name

    @property
    def name(self) -> str:
        """What it does, in two or three words."""
        return self.path.stem

    @property
    def remedy(self) -> str:
        """What to type when its patch does not follow the solution by itself."""
        return _("run: hooklab mistake refresh {slug} {name}").format(
            slug=self.slug, name=self.name
        )

    def assemble(self, into: Path) -> Path:
        """Lay the whole answer in the folder `into`; returns it.

        Raises:
            DoesNotApply: its patch does not fit the solution.
        """
        if self.base:
            copy(self.base, into)
        if self.patch:
            try:
                patches.apply(self.patch.diff, into)
            except DoesNotApply as error:
                raise DoesNotApply(error.what, self.remedy) from error
        else:
            copy(self.path, into)
        return into


@dataclass(frozen=True)
class Patched(Known):
    """The solution with a change, kept as a patch."""

    patch: Patch
    base: Path


@dataclass(frozen=True)
class Mistake(Patched):
    """The solution with one fault."""


def mistakes(course: Course, slug: str) -> list[Mistake]:
    """The known mistakes of `slug`, by name."""
    return list(_patches(mistake_path(course, slug, "x").parent, course.solution(slug), Mistake))


def patched(course: Course, slug: str) -> list[Patched]:
    """All that is kept as a patch of the solution of `slug`: its mistakes, and right answers."""
    others = _patches(course.grader(slug) / "others", course.solution(slug), Patched)
    return [*mistakes(course, slug), *others]


P = TypeVar("P", bound=Patched)


def _patches(folder: Path, base: Path, kind: type[P]) -> Iterator[P]:
    for path in sorted(folder.glob("*.patch")):
        patch = patches.read(path)
        yield kind(path, patch.says, patch.loses, patch, base, patch.because)


def mistake_path(course: Course, slug: str, name: str) -> Path:
    """Where the patch of the mistake `name` of `slug` is kept."""
    return course.grader(slug) / "mistakes" / f"{name}.patch"


def others(course: Course, slug: str) -> list[Known]:
    """Other whole answers to `slug`; a declaration that cannot be read is refused.

    Each is a folder with a declaration beside it, `<name>.toml`: what it `says`; the checks that it
    `loses`, none for a right one; `because`, a reason, when these are many; and `rest = "solution"`
    when the files that it lacks are the solution's. A right one that differs little from the
    solution is a patch of it instead, `<name>.patch`, as mistakes are.
    """
    home = course.grader(slug) / "others"
    found: list[Known] = list(_patches(home, course.solution(slug), Patched))
    for declaration in sorted(home.glob("*.toml")):
        table = read_table(declaration)
        table.only("says", "loses", "because", "rest")
        folder = declaration.with_suffix("")
        rest = table.get("rest", str, "")
        if not folder.is_dir():
            raise table.refuse(_("there is no folder of this name"), _("name it like the folder"))
        if rest not in ("", "solution"):
            raise table.refuse(
                _("“{key}” is {value!r}").format(key="rest", value=rest),
                _("write “solution”, or leave it out for an answer with all its files"),
            )
        loses = tuple(str(check) for check in table.get("loses", list, []))
        base = course.solution(slug) if rest else None
        says, because = table.get("says", str).strip(), table.get("because", str, "").strip()
        found.append(Known(folder, says, loses, base=base, because=because))
    declared = {known.path for known in found}
    for folder in sorted(home.iterdir()) if home.is_dir() else ():
        if folder.is_dir() and files(folder) and folder not in declared:
            raise HooklabError(
                _("{folder} has no declaration").format(folder=folder),
                _("write {name}.toml beside it: says = “…”, and loses = […] if it is wrong").format(
                    name=folder.name
                ),
            )
    return found


def judge(course: Course, rubric: Rubric, known: Sequence[Known]) -> Iterator[Problem]:
    """What is wrong with the known answers before any is graded."""
    for each in known:
        place = each.path.relative_to(course.root).as_posix()
        if each.patch:
            yield from _judge_patch(place, each, each.patch)
        if not each.says:
            yield Problem(place, _("it does not say what it does"), _("begin with a sentence"))
        for id_ in each.loses:
            if id_ not in rubric.checks:
                yield Problem(
                    place,
                    _("it says that it loses “{id}”, which is no check").format(id=id_),
                    _("use the ids of rubric.toml"),
                )
        if len(set(each.loses)) < len(each.loses):
            yield Problem(place, _("it names a check twice"), _("name each check once"))
    yield from _strays(course, rubric.slug, known)
    yield from _repeated(course, known)
    lost = {id_ for each in known for id_ in each.loses}
    for id_ in rubric.checks:
        if id_ not in lost:
            yield Problem(
                f"graders/{rubric.slug}/mistakes",
                _("no mistake loses the check “{id}”").format(id=id_),
                _("add the wrong answer that this check is there for"),
            )


def _strays(course: Course, slug: str, known: Sequence[Known]) -> Iterator[Problem]:
    """What lies among the patches and is none, nor the texts of one."""
    folder = mistake_path(course, slug, "x").parent
    own = {
        f"{each.name}{end}"
        for each in known
        if isinstance(each, Mistake)
        for end in (".patch", *(f".{language}.txt" for language in LANGUAGES))
    }
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in own and not path.name.startswith("."):
            yield Problem(
                path.relative_to(course.root).as_posix(),
                _("it belongs to no mistake"),
                _("remove it: only patches and their texts are kept here"),
            )


def _judge_patch(place: str, known: Known, patch: Patch) -> Iterator[Problem]:
    if known.loses and not isinstance(known, Mistake):
        yield Problem(
            place,
            _("it loses checks, and so it is a mistake"),
            _("move it to graders/{slug}/mistakes").format(slug=known.slug),
        )
    if not known.loses and isinstance(known, Mistake):
        yield Problem(
            place,
            _("it does not say which checks it loses"),
            _("write a line “Loses: check_id” for each of them, above the diff"),
        )
    said = _fault(known, patch)
    if said:
        yield Problem(place, *said)


def _fault(known: Known, patch: Patch) -> tuple[str, str] | None:
    """What is wrong with a patch as a patch: (what, hint)."""
    with TemporaryDirectory() as temporary:
        try:
            patch.check_words()
            patch.check_names()
            answer = known.assemble(Path(temporary) / "answer")
        except HooklabError as error:
            return error.what, error.hint
        if known.base and _is_same(known.base, answer, patch):
            return _("it changes nothing"), _("change what the answer does, or remove it")
    if known.base and (weak := patches.weakness(patch.diff, known.base)):
        return weak, known.remedy
    return None


def _is_same(base: Path, answer: Path, patch: Patch) -> bool:
    """Whether the answer does what the folder `base` does: comments and form do not count."""
    return all(_meaning(base / name) == _meaning(answer / name) for name in patch.files)


def _meaning(path: Path) -> object:
    if not path.is_file():
        return None
    content = plain(path.read_bytes())
    return _tree(content) if path.suffix == ".py" else content


@lru_cache(maxsize=32)
def _tree(content: bytes) -> str | bytes:
    """Python without its comments and form: each file of a solution is asked for dozens of times.

    A mistake may be that it is no Python; a NUL byte is a ValueError in some versions.
    """
    with suppress(SyntaxError, ValueError):
        return ast.dump(parse_python(content))
    return content


def _repeated(course: Course, known: Sequence[Known]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for each in known:
        if each.patch is None or not each.patch.diff:
            continue
        # Where its lines stand makes no difference.
        same = "\n".join(
            f"{hunk.file} {line}" for hunk in patches.hunks(each.patch.diff) for line in hunk.lines
        )
        if same in first:
            yield Problem(
                each.path.relative_to(course.root).as_posix(),
                _("it is the same answer as {name}").format(name=first[same]),
                _("keep one of them"),
            )
        first.setdefault(same, each.name)
