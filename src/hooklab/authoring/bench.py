"""Where a mistake is worked on: its whole answer in a folder, and back into a patch.

The folder lies below `.hooklab/mistakes` and stays there until its patch is written.
"""

import re
import shlex
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from hooklab.authoring import known, patches
from hooklab.authoring.folders import copy
from hooklab.authoring.known import Mistake, mistake_path
from hooklab.authoring.patches import Patch
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.texts import _

WORDS = "MISTAKE.txt"
"""The file beside the answer's own that says what it does and which checks it loses."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TEMPLATE = "What this answer does, and what breaks."
_NO_ANSWER = ("*~", "*.orig", "*.rej")

# A whole conflict, or a mark that is left of one. “=======” alone may underline a heading.
_CONFLICT = re.compile(
    r"^<{7}(?!\S).*?^>{7}(?!\S)|^(?:<{7}|\|{7}|>{7})(?!\S)", re.MULTILINE | re.DOTALL
)


def find(course: Course, slug: str, name: str) -> Mistake:
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
    folder = room(course, slug, name)
    check_empty(folder)
    return lay_out(course.solution(slug), folder, Patch(_TEMPLATE, ("check_id",), ""))


def room(course: Course, slug: str, name: str) -> Path:
    """The folder on the bench for the mistake `name` of `slug`."""
    return course.root / ".hooklab" / "mistakes" / slug / name


def check_empty(folder: Path) -> None:
    """Refuse a folder on the bench that somebody has worked in."""
    if folder.exists():
        raise HooklabError(
            _("an answer lies in {folder} already").format(folder=folder),
            _("add --from {folder} to write it, or remove it to begin anew").format(
                folder=shlex.quote(str(folder))
            ),
        )


def lay_out(answer: Path, folder: Path, head: Patch) -> Path:
    """Lay an answer and the words of its `head` in `folder`; returns `folder`."""
    copy(answer, folder)
    (folder / WORDS).write_text(head.words, encoding="utf-8", newline="\n")
    return folder


def check_free(course: Course, slug: str, name: str) -> None:
    """Refuse a name that is none, or that a mistake of `slug` has already."""
    course.exercise(slug)
    if not _NAME.fullmatch(name):
        raise HooklabError(
            _("“{name}” is no name for a mistake").format(name=name),
            _("use small letters, digits and underscores, such as looks_then_writes"),
        )
    if mistake_path(course, slug, name).exists():
        raise HooklabError(
            _("{slug} has a mistake “{name}” already").format(slug=slug, name=name),
            _("choose another name, or run: hooklab mistake edit {slug} {name}").format(
                slug=slug, name=name
            ),
        )


def write(course: Course, slug: str, name: str, folder: Path) -> Path:
    """Write the answer in `folder` as the mistake `name`; the patch's path.

    Raises:
        HooklabError: the folder has no words of its own, a conflict is left in it, it is the
            solution, or a patch cannot hold it. It stays as it is.
    """
    head = _read_head(folder)
    with TemporaryDirectory() as temporary:
        home = Path(temporary)
        copy(course.solution(slug), home / "a")
        answer = copy(folder, home / "b")
        (answer / WORDS).unlink()
        for left in [path for pattern in _NO_ANSWER for path in answer.rglob(pattern)]:
            left.unlink(missing_ok=True)
        if places := conflicts(answer):
            raise HooklabError(
                _("a conflict is left in {places}").format(places=", ".join(places)),
                _("decide between the marks <<<<<<< and >>>>>>>, and remove them"),
            )
        diff = patches.difference(home)
    if not diff:
        raise HooklabError(
            _("{folder} is the solution").format(folder=folder),
            _("change what the answer does wrong"),
        )
    path = mistake_path(course, slug, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(str(replace(head, diff=diff)), encoding="utf-8", newline="\n")
    if folder.resolve().is_relative_to((course.root / ".hooklab").resolve()):
        rmtree(folder, ignore_errors=True)
    return path


def _read_head(folder: Path) -> Patch:
    """What is said of the answer in `folder`: a patch without its diff."""
    said = folder / WORDS
    form = _("write there what the answer does, and a line “Loses: check_id” for each check")
    if not said.is_file():
        raise HooklabError(_("{path} does not exist").format(path=said), form)
    head = patches.read(said)
    head.check_words()
    if head.says in ("", _TEMPLATE) or head.diff:
        raise HooklabError(_("{path} does not say what the answer does").format(path=said), form)
    return head


def assembled(course: Course, slug: str, name: str) -> str:
    """The text of the files that the mistake `name` changes; several with their names above."""
    mistake = find(course, slug, name)
    with TemporaryDirectory() as temporary:
        answer = mistake.assemble(Path(temporary) / "answer")
        texts = {
            each: (answer / each).read_text(encoding="utf-8", errors="replace")
            for each in sorted(mistake.patch.files)
            if (answer / each).is_file()
        }
    if len(texts) == 1:
        return "".join(texts.values())
    return "\n".join(f"# {each}\n\n{text}" for each, text in texts.items())


def conflicts(folder: Path) -> list[str]:
    """The places in `folder` at which two versions stand, `file:line`."""
    return [
        f"{path.relative_to(folder).as_posix()}:{text.count(chr(10), 0, found.start()) + 1}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for text in [path.read_text(encoding="utf-8", errors="replace")]
        for found in _CONFLICT.finditer(text)
    ]
