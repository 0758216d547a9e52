"""Known mistakes as patches: a few words, the checks that are lost, and a diff to the solution.

    Stores whatever comes, even what is older than the row.

    Loses: an_older_update_does_not_overwrite_a_newer_one

    --- a/users.py
    +++ b/users.py
    @@ -53,7 +53,7 @@ def save_user(session: Session, data: dict[str, Any]) -> str:
     …

One trailer a check, as `git interpret-trailers` reads them, and a trailer “Because: …” when one
fault loses much, see `losses.py`. `git apply` is the applier: it finds lines
that have moved, and takes no lines that have changed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory

from hooklab.authoring.folders import copy, files, plain
from hooklab.errors import HooklabError
from hooklab.git import git
from hooklab.texts import _

CONTEXT = 3
"""Lines of the solution that a hunk has before and after a change."""

_DIFF = re.compile(r"^--- (?:a/|/dev/null)", re.MULTILINE)
_LOSES = re.compile(r"^Loses: *(?P<check>\S+) *(?:\n|\Z)", re.MULTILINE)
_HUNK = re.compile(r"^@@ -(?P<start>\d+)(?:,(?P<old>\d+))? \+\d+(?:,(?P<new>\d+))? @@")
_BECAUSE = re.compile(r"^Because: *(?P<reason>\S.*?) *(?:\n|\Z)", re.MULTILINE)
_NOT_READ = re.compile(r"^(?P<key>loses|because):.*$", re.MULTILINE | re.IGNORECASE)
_NOISE = re.compile(r"^(?:diff --git|index|new file mode|deleted file mode) .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Patch:
    """A known mistake, as its file tells it.

    Attributes:
        says: what this answer does and what breaks, for people.
        loses: the ids of the checks that it must lose.
        diff: what differs from the solution, as `difference` writes it.
        because: why this one fault breaks many promises; "" when it does not.
    """

    says: str
    loses: tuple[str, ...]
    diff: str
    because: str = ""

    @property
    def words(self) -> str:
        """Its head: what it says, a line for each check that it loses, and the reason if any."""
        trailers = [f"Loses: {check}\n" for check in self.loses]
        if self.because:
            trailers.append(f"Because: {self.because}\n")
        return f"{self.says}\n\n{''.join(trailers)}"

    @property
    def files(self) -> set[str]:
        """The names of the files that it changes, makes or removes."""
        return {hunk.file for hunk in hunks(self.diff)}

    def check_words(self) -> None:
        """HooklabError when a line among its words was meant to be a trailer, and is none."""
        found = _NOT_READ.search(self.says)
        if found and found["key"].lower() == "loses":
            raise HooklabError(
                _("“{line}” names no check").format(line=found[0]),
                _("write a line “Loses: check_id” for each of them, above the diff"),
            )
        if found:
            raise HooklabError(
                _("“{line}” gives no reason, or a second one").format(line=found[0]),
                _("write one line “Because: …” with one sentence, above the diff"),
            )

    def check_names(self) -> None:
        """HooklabError when it names a file that is not below the folder it is applied to."""
        if strays := sorted(name for name in self.files if _leads_out(name)):
            raise HooklabError(
                _("“{name}” is no file of an answer").format(name=strays[0]),
                _("name only files below the solution's folder"),
            )

    def __str__(self) -> str:
        return f"{self.words}\n{self.diff}"


class DoesNotApply(HooklabError):
    """The solution has changed where a patch wants to change it."""


@dataclass(frozen=True)
class Hunk:
    """One place that a patch changes.

    Attributes:
        file: the file's name in the solution.
        start: the number of its first line there, as the patch has it.
        lines: the lines, each with its sign: “ ”, “-” or “+”.
    """

    file: str
    start: int
    lines: tuple[str, ...]

    @property
    def old(self) -> tuple[str, ...]:
        """The lines that it wants to find in the solution."""
        return tuple(line[1:] for line in self.lines if line[0] != "+")

    @property
    def context(self) -> tuple[int, int]:
        """How many lines it has before and after its change."""
        signs = "".join(line[0] for line in self.lines)
        return len(signs) - len(signs.lstrip(" ")), len(signs) - len(signs.rstrip(" "))


def read(path: Path) -> Patch:
    """The patch, or the head of one, in a file; HooklabError when it is no UTF-8."""
    try:
        return parse(plain(path.read_bytes()).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise HooklabError(
            _("{path} is no UTF-8 text").format(path=path), _("save it as UTF-8")
        ) from error


def parse(text: str) -> Patch:
    """The patch in `text`; what it lacks is empty."""
    found = _DIFF.search(text)
    head, diff = (text[: found.start()], text[found.start() :]) if found else (text, "")
    loses = tuple(match["check"] for match in _LOSES.finditer(head))
    reason = _BECAUSE.search(head)
    because = reason["reason"] if reason else ""
    return Patch(_BECAUSE.sub("", _LOSES.sub("", head), count=1).strip(), loses, diff, because)


def hunks(diff: str) -> Iterator[Hunk]:
    """The hunks of `diff`, in order."""
    lines = iter(diff.split("\n"))
    name = ""
    for line in lines:
        if line.startswith(("--- ", "+++ ")) and line[4:] != "/dev/null":
            # git ends a name that has a space with a tab.
            name = line.partition("/")[2].partition("\t")[0]
        elif header := _HUNK.match(line):
            yield Hunk(name, int(header["start"]), tuple(_body(lines, header)))


def _body(lines: Iterator[str], header: re.Match[str]) -> Iterator[str]:
    """The lines of a hunk, as many as its header counts: some look like the next header."""
    old, new = int(header["old"] or 1), int(header["new"] or 1)
    while old > 0 or new > 0:
        # An editor may have taken the blank away that marks an empty line.
        line = next(lines, "") or " "
        if line.startswith("\\"):
            continue
        old -= line[0] in " -"
        new -= line[0] in " +"
        yield line


def apply(diff: str, folder: Path) -> None:
    """Change the files of `folder` as `diff` says: everything, or nothing.

    Raises:
        DoesNotApply: lines that it wants to find are not there.
    """
    if not diff:
        return
    done = git(folder, "apply", "--whitespace=nowarn", "-", given=diff)
    if done.returncode:
        reason = done.stderr.decode().partition("\n")[0].removeprefix("error: ")
        raise DoesNotApply(
            _("it does not apply to the solution: {reason}").format(reason=reason),
            _("let the patch follow the solution: hooklab mistake refresh"),
        )


def difference(home: Path) -> str:
    """What has to change in the folder `home/a` to make it the folder `home/b`; "" for nothing.

    Raises:
        HooklabError: a patch cannot hold it: a file is no UTF-8 text, or an empty one is new.
    """
    settings = ("-c", "core.quotePath=false")
    form = ("--no-ext-diff", "--no-renames", "--no-color", "--no-prefix", f"-U{CONTEXT}")
    found = git(home, *settings, "diff", "--no-index", *form, "a", "b").stdout
    diff = _NOISE.sub("", found.decode(errors="replace"))
    if lost := _lost(home, diff):
        raise HooklabError(
            _("a patch cannot hold what changed in {files}").format(files=", ".join(lost)),
            _("leave them as the solution has them: a patch holds text in UTF-8, no empty file"),
        )
    return diff


def _lost(home: Path, diff: str) -> list[str]:
    """The files of `home/b` that do not come out of `home/a` and `diff` as they are."""
    right, wrong = home / "a", home / "b"
    names = files(right) | files(wrong)
    differ = {name for name in names if _content(right / name) != _content(wrong / name)}
    # It is read again out of the file that it is written to.
    kept = parse(str(Patch("", (), diff)))
    with TemporaryDirectory() as temporary:
        made = copy(right, Path(temporary) / "made")
        try:
            apply(kept.diff, made)
        except DoesNotApply:
            odd = [name for name in differ if not _is_text(right / name, wrong / name)]
            return sorted(odd or differ)
        lost = {name for name in differ if _content(made / name) != _content(wrong / name)}
        # Others read the names.
        return sorted(lost | (differ - kept.files))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _is_text(*paths: Path) -> bool:
    try:
        return all("\0" not in (_content(path) or b"").decode() for path in paths)
    except UnicodeDecodeError:
        return False


def _leads_out(name: str) -> bool:
    """Whether a patch's name is no plain one below the folder that it is applied to."""
    # Windows has both kinds of slashes, and drives.
    path = PureWindowsPath(name)
    return not path.parts or bool(path.anchor) or not {"..", ".git"}.isdisjoint(path.parts)


def weakness(diff: str, folder: Path) -> str | None:
    """Why `diff`, which fits the files of `folder`, might one day land at a wrong place in them."""
    for hunk in hunks(diff):
        lines = _lines(folder / hunk.file)
        places = _places(hunk.old, lines)
        if not places:
            continue
        nearest = _nearest(hunk, places)
        before, after = hunk.context
        left = len(lines) - nearest - len(hunk.old)
        if before < min(CONTEXT, nearest + before) or after < min(CONTEXT, left + after):
            return _("it has fewer than {count} lines around its change in {file}").format(
                count=CONTEXT, file=hunk.file
            )
    return ambiguity(diff, folder)


def ambiguity(diff: str, folder: Path) -> str | None:
    """Why nobody but a person knows where in the files of `folder` the lines of `diff` belong."""
    for hunk in hunks(diff):
        places = _places(hunk.old, _lines(folder / hunk.file))
        if len(places) > 1 and _nearest(hunk, places) + 1 != hunk.start:
            return _("its lines have moved in {file}, and stand there {count} times").format(
                file=hunk.file, count=len(places)
            )
    return None


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        return []
    text = plain(path.read_bytes()).decode(errors="replace")
    # Only these end a line for git.
    return text.removesuffix("\n").split("\n")


def _nearest(hunk: Hunk, places: list[int]) -> int:
    return min(places, key=lambda place: abs(place + 1 - hunk.start))


def _places(wanted: tuple[str, ...], lines: list[str]) -> list[int]:
    """The indices in `lines` at which `wanted` stands."""
    return [
        place
        for place in range(len(lines) - len(wanted) + 1)
        if lines[place : place + len(wanted)] == list(wanted)
    ]
