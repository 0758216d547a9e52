"""How mistakes follow a solution that has changed: by themselves, or with the help of a person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from hooklab.authoring import bench, known, patches
from hooklab.authoring.folders import copy, plain
from hooklab.authoring.known import Patched
from hooklab.authoring.patches import DoesNotApply
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.git import git, history
from hooklab.texts import _

_COMMITS = "200"


@dataclass(frozen=True)
class Conflict:
    """A patch that cannot follow the solution by itself.

    Attributes:
        name: the mistake's name.
        reasons: what a person has to decide: places, `file:line`, or sentences.
        folder: where the answer lies, with both versions at these places.
    """

    name: str
    reasons: tuple[str, ...]
    folder: Path


def lay(course: Course, slug: str, name: str) -> Path | Conflict:
    """Lay the whole answer of the mistake `name` on the bench; the folder.

    Where its patch does not fit the solution any more, both versions stand between marks, and the
    conflict says where.
    """
    mistake = bench.find(course, slug, name)
    folder = bench.room(course, slug, name)
    bench.check_empty(folder)
    with TemporaryDirectory() as temporary:
        home = Path(temporary)
        if isinstance(outcome := _follow(course, mistake, home), Conflict):
            return outcome
        return bench.lay_out(home / "b", folder, mistake.patch)


def refresh(course: Course, slug: str, name: str | None) -> tuple[list[Path], list[Conflict]]:
    """Let the patches of `slug` follow its solution: those that changed, and the rest.

    Args:
        name: only this one; None for all.
    """
    course.exercise(slug)
    chosen = [each for each in known.patched(course, slug) if name in (None, each.name)]
    if name and not chosen:
        bench.find(course, slug, name)
    changed, conflicts = [], []
    for mistake in chosen:
        with TemporaryDirectory() as temporary:
            try:
                outcome = _follow(course, mistake, Path(temporary))
            except HooklabError as error:
                raise HooklabError(f"{mistake.path.name}: {error.what}", error.hint) from error
        if isinstance(outcome, Conflict):
            conflicts.append(outcome)
            continue
        text = str(replace(mistake.patch, diff=outcome)).encode()
        if text != plain(mistake.path.read_bytes()):
            mistake.path.write_bytes(text)
            changed.append(mistake.path)
    return changed, conflicts


def _follow(course: Course, mistake: Patched, home: Path) -> str | Conflict:
    """The mistake's difference to the solution as it is now, or what a person has to decide.

    The solution is laid in `home/a`, and the answer in `home/b`.
    """
    mistake.patch.check_names()
    solution, answer = copy(mistake.base, home / "a"), home / "b"
    try:
        mistake.assemble(answer)
    except DoesNotApply:
        if not _find_former(course, mistake, home / "former"):
            return _left_over(course, mistake, solution)
        reasons = list(_merge(mistake, home))
    else:
        unsure = patches.ambiguity(mistake.patch.diff, solution)
        reasons = [unsure] if unsure else []
    if reasons:
        return _ask(course, mistake, answer, reasons)
    diff = patches.difference(home)
    if not diff:
        return _ask(course, mistake, answer, [_("the solution does the same now")])
    return diff


def _merge(mistake: Patched, home: Path) -> Iterator[str]:
    """Bring together in `home/b` the solution as it is now and the patch; where that fails.

    A file that is not there is taken for an empty one: when one side removed what the other
    changed, all of it is in conflict.
    """
    former, wrong, merged = home / "former", copy(home / "former", home / "wrong"), home / "b"
    patches.apply(mistake.patch.diff, wrong)
    rmtree(merged, ignore_errors=True)
    copy(home / "a", merged)
    for name in sorted(mistake.patch.files):
        sides = [folder / name for folder in (merged, former, wrong)]
        is_removed = not sides[2].exists()
        for side in sides:
            side.parent.mkdir(parents=True, exist_ok=True)
            side.touch()
        labels = ("-L", "solution", "-L", "former solution", "-L", mistake.name)
        status = git(home, "merge-file", "--diff3", *labels, *map(str, sides)).returncode
        if status:
            # Of 128 and more, git has not touched the file.
            marked = [place for place in bench.conflicts(merged) if place.startswith(f"{name}:")]
            yield from marked or [name]
        elif is_removed and not sides[0].read_bytes():
            sides[0].unlink()


def _find_former(course: Course, mistake: Patched, into: Path) -> bool:
    """Lay the youngest solution that the patch fits in the folder `into`, out of git's history."""
    room = f"solutions/{mistake.slug}"
    asked = ("log", f"-{_COMMITS}", "--format=%H", "--", room)
    diff = mistake.patch.diff
    for commit in history(course.root, *asked).decode().split():
        rmtree(into, ignore_errors=True)
        into.mkdir()
        for name in mistake.patch.files:
            there = f"{commit}:./{room}/{name}"
            # A file that the patch makes is not there, which is not the same as an empty one.
            if history(course.root, "cat-file", "-t", there).strip() == b"blob":
                (into / name).parent.mkdir(parents=True, exist_ok=True)
                (into / name).write_bytes(plain(history(course.root, "show", there)))
        fits = git(into, "apply", "--check", "-", given=diff).returncode == 0
        if fits and not patches.ambiguity(diff, into):
            return True
    return False


def _left_over(course: Course, mistake: Patched, answer: Path) -> Conflict:
    """Without a former solution: what fits is applied, the rest lies beside it as `*.rej`."""
    git(answer, "apply", "--reject", "--whitespace=nowarn", "-", given=mistake.patch.diff)
    left = sorted(path.relative_to(answer).as_posix() for path in answer.rglob("*.rej"))
    return _ask(course, mistake, answer, left or sorted(mistake.patch.files))


def _ask(course: Course, mistake: Patched, answer: Path, reasons: list[str]) -> Conflict:
    """Lay the answer on the bench for a person; work that lies there is left alone."""
    folder = bench.room(course, mistake.slug, mistake.name)
    if folder.exists():
        reasons = [*reasons, _("what lies in its folder is from an earlier time")]
    else:
        bench.lay_out(answer, folder, mistake.patch)
    return Conflict(mistake.name, tuple(reasons), folder)
