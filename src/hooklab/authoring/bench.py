"""Where a mistake is worked on: its whole answer in a folder, and back into a patch.

The folder lies below `.hooklab/mistakes` and stays there until its patch is written.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from hooklab.authoring import known, patches
from hooklab.authoring.folders import copy
from hooklab.authoring.known import Known
from hooklab.authoring.patches import DoesNotApply, Patch
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.git import git, history
from hooklab.texts import _

WORDS = "MISTAKE.txt"
"""The file beside the answer's own that says what it does and which checks it loses."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CONFLICT = re.compile(r"^<<<<<<< .*?^>>>>>>> .*?$", re.MULTILINE | re.DOTALL)
_COMMITS = "200"


@dataclass(frozen=True)
class Conflict:
    """A patch that cannot follow the solution by itself.

    Attributes:
        name: the mistake's name.
        places: the files with the lines where a person has to decide, `file:line`.
        folder: where the answer lies, with both versions at these places.
    """

    name: str
    places: tuple[str, ...]
    folder: Path


def find(course: Course, slug: str, name: str) -> Known:
    """The mistake `name` of `slug`; HooklabError when there is none."""
    course.exercise(slug)
    names = [each for each in known.mistakes(course, slug) if each.name == name]
    if not names:
        raise HooklabError(
            _("{slug} has no mistake “{name}”").format(slug=slug, name=name),
            _("they are the files graders/{slug}/mistakes/*.patch").format(slug=slug),
        )
    return names[0]


def begin(course: Course, slug: str, name: str) -> Path:
    """Lay the solution in a folder, to make the new mistake `name` of it; the folder."""
    check_free(course, slug, name)
    folder = _empty(course, slug, name)
    copy(course.solution(slug), folder)
    template = patches.words("What this answer does, and what breaks.", ("check_id",))
    (folder / WORDS).write_text(template, encoding="utf-8", newline="\n")
    return folder


def check_free(course: Course, slug: str, name: str) -> None:
    """Refuse a name that is none, or that a mistake of `slug` has already."""
    course.exercise(slug)
    if not _NAME.fullmatch(name):
        raise HooklabError(
            _("“{name}” is no name for a mistake").format(name=name),
            _("use small letters, digits and underscores, such as looks_then_writes"),
        )
    if _path(course, slug, name).exists():
        raise HooklabError(
            _("{slug} has a mistake “{name}” already").format(slug=slug, name=name),
            _("choose another name, or run: hooklab mistake edit {slug} {name}").format(
                slug=slug, name=name
            ),
        )


def lay(course: Course, slug: str, name: str) -> Path:
    """Lay the whole answer of the mistake `name` in a folder; the folder.

    Where its patch does not fit the solution any more, both versions stand between marks.
    """
    mistake = find(course, slug, name)
    outcome = _follow(course, mistake)
    if isinstance(outcome, Conflict):
        return outcome.folder
    folder = _empty(course, slug, name)
    copy(course.solution(slug), folder)
    patches.apply(outcome, folder)
    _write_words(folder, mistake)
    return folder


def write(course: Course, slug: str, name: str, folder: Path) -> Path:
    """Write the answer in `folder` as the mistake `name`; the patch's path.

    Raises:
        HooklabError: the folder is not there or has no words, a conflict is left in it, or it is
            the solution.
    """
    said = folder / WORDS
    if not said.is_file():
        raise HooklabError(
            _("{path} does not exist").format(path=said),
            _("name a folder that “hooklab mistake edit” has made"),
        )
    head = patches.parse(said.read_text(encoding="utf-8"))
    with TemporaryDirectory() as temporary:
        home = Path(temporary)
        copy(course.solution(slug), home / "a")
        copy(folder, home / "b")
        for left in ((home / "b" / WORDS), *(home / "b").rglob("*.rej")):
            left.unlink()
        if places := _conflicts(home / "b"):
            raise HooklabError(
                _("a conflict is left in {places}").format(places=", ".join(places)),
                _("decide between the marks <<<<<<< and >>>>>>>, and remove them"),
            )
        diff = patches.difference(home)
    if not diff:
        raise HooklabError(
            _("{folder} is the solution").format(folder=folder),
            _("change what the answer does wrong, then run the command again"),
        )
    path = _path(course, slug, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(str(Patch(head.says, head.loses, diff)), encoding="utf-8", newline="\n")
    if folder.resolve().is_relative_to((course.root / ".hooklab").resolve()):
        rmtree(folder, ignore_errors=True)
    return path


def assembled(course: Course, slug: str, name: str) -> str:
    """The text of the files that the mistake `name` changes; several with their names above."""
    mistake = find(course, slug, name)
    with TemporaryDirectory() as temporary:
        answer = mistake.assemble(Path(temporary) / "answer")
        touched = sorted(mistake.patch.files) if mistake.patch else []
        texts = {
            each: (answer / each).read_text(encoding="utf-8")
            for each in touched
            if (answer / each).is_file()
        }
    if len(texts) == 1:
        return "".join(texts.values())
    return "\n".join(f"# {each}\n\n{text}" for each, text in texts.items())


def refresh(course: Course, slug: str, name: str | None) -> tuple[list[str], list[Conflict]]:
    """Let the patches of `slug` follow its solution: the names of those that changed, and the rest.

    Args:
        name: only this one; None for all.
    """
    chosen = [find(course, slug, name)] if name else known.mistakes(course, slug)
    course.exercise(slug)
    changed, conflicts = [], []
    for mistake in chosen:
        outcome = _follow(course, mistake)
        if isinstance(outcome, Conflict):
            conflicts.append(outcome)
            continue
        text = str(Patch(mistake.says, mistake.loses, outcome))
        if text != mistake.path.read_text(encoding="utf-8"):
            mistake.path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(mistake.name)
    return changed, conflicts


def _follow(course: Course, mistake: Known) -> str | Conflict:
    """The mistake's difference to the solution as it is now, or where a person has to decide."""
    solution = course.solution(mistake.slug)
    with TemporaryDirectory() as temporary:
        home = Path(temporary)
        copy(solution, home / "a")
        try:
            mistake.assemble(home / "b")
        except DoesNotApply:
            return _merge(course, mistake, home)
        return patches.difference(home)


def _merge(course: Course, mistake: Known, home: Path) -> str | Conflict:
    """Bring together what became of the solution since the patch was written, and the patch."""
    former, wrong, merged = home / "former", home / "wrong", home / "b"
    patch = mistake.patch
    if patch is None or not _find_former(course, mistake, former):
        return _left_over(course, mistake)
    copy(former, wrong)
    patches.apply(patch.diff, wrong)
    copy(home / "a", merged)
    for name in sorted(patch.files):
        if not (former / name).is_file() and (wrong / name).is_file():
            # A file of its own: there is nothing to bring together.
            (merged / name).write_bytes((wrong / name).read_bytes())
            continue
        both = [str(folder / name) for folder in (merged, former, wrong)]
        labels = ("-L", "solution", "-L", "former solution", "-L", mistake.name)
        git(home, "merge-file", "--diff3", *labels, *both)
    if not _conflicts(merged):
        return patches.difference(home)
    folder = copy(merged, _empty(course, mistake.slug, mistake.name))
    _write_words(folder, mistake)
    return Conflict(mistake.name, tuple(_conflicts(folder)), folder)


def _find_former(course: Course, mistake: Known, into: Path) -> bool:
    """Lay the youngest solution that the patch fits in the folder `into`, out of git's history."""
    room = f"solutions/{mistake.slug}"
    asked = ("log", f"-{_COMMITS}", "--format=%H", "--", room)
    for commit in history(course.root, *asked).decode().split():
        rmtree(into, ignore_errors=True)
        for name in mistake.patch.files if mistake.patch else ():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            text = history(course.root, "show", f"{commit}:./{room}/{name}")
            (into / name).write_bytes(text.replace(b"\r\n", b"\n"))
        fits = git(into, "apply", "--check", "-", given=mistake.patch.diff if mistake.patch else "")
        if fits.returncode == 0:
            return True
    return False


def _left_over(course: Course, mistake: Known) -> Conflict:
    """Without a former solution: what fits is applied, the rest lies beside it as `*.rej`."""
    folder = copy(course.solution(mistake.slug), _empty(course, mistake.slug, mistake.name))
    diff = mistake.patch.diff if mistake.patch else ""
    git(folder, "apply", "--reject", "--whitespace=nowarn", "-", given=diff)
    _write_words(folder, mistake)
    left = tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.rej")))
    return Conflict(mistake.name, left, folder)


def _conflicts(folder: Path) -> list[str]:
    """The places in `folder` at which two versions stand, `file:line`."""
    return [
        f"{path.relative_to(folder).as_posix()}:{text.count(chr(10), 0, found.start()) + 1}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for text in [path.read_text(encoding="utf-8", errors="replace")]
        for found in _CONFLICT.finditer(text)
    ]


def _write_words(folder: Path, mistake: Known) -> None:
    text = patches.words(mistake.says, mistake.loses)
    (folder / WORDS).write_text(text, encoding="utf-8", newline="\n")


def _empty(course: Course, slug: str, name: str) -> Path:
    """An empty folder for a mistake; work that lies there is kept beside it."""
    folder = course.root / ".hooklab" / "mistakes" / slug / name
    if folder.exists():
        number = 1
        while (kept := folder.with_name(f"{name}.{number}")).exists():
            number += 1
        folder.rename(kept)
    folder.mkdir(parents=True)
    return folder


def _path(course: Course, slug: str, name: str) -> Path:
    return course.grader(slug) / "mistakes" / f"{name}.patch"
