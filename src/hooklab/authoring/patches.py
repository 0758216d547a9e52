"""Known mistakes as patches: a few words, the checks that are lost, and a diff to the solution.

    Stores whatever comes, even what is older than the row.

    Loses: an_older_update_does_not_overwrite_a_newer_one

    --- a/users.py
    +++ b/users.py
    @@ -53,7 +53,7 @@ def save_user(session: Session, data: dict[str, Any]) -> str:
     …

One trailer a check, as `git interpret-trailers` reads them. `git apply` is the applier: it finds
lines that have moved, and takes no lines that have changed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hooklab.errors import HooklabError
from hooklab.git import git
from hooklab.texts import _

CONTEXT = 3
"""Lines of the solution that a hunk has before and after a change."""

_DIFF = re.compile(r"^--- (?:a/|/dev/null)", re.MULTILINE)
_LOSES = re.compile(r"^Loses: *(?P<check>\S+) *(?:\n|\Z)", re.MULTILINE)
_HUNK = re.compile(r"^@@ -(?P<start>\d+)(?:,(?P<old>\d+))? \+\d+(?:,(?P<new>\d+))? @@")
_NAMES = re.compile(r"^(?:---|\+\+\+) [ab]/.*$", re.MULTILINE)
_NOISE = re.compile(r"^(?:diff --git|index|new file mode|deleted file mode) .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Patch:
    """A known mistake, as its file tells it.

    Attributes:
        says: what this answer does and what breaks, for people.
        loses: the ids of the checks that it must lose.
        diff: what differs from the solution, as `difference` writes it.
    """

    says: str
    loses: tuple[str, ...]
    diff: str

    @property
    def files(self) -> set[str]:
        """The names of the files that it changes, makes or removes."""
        return {line[4:].partition("/")[2] for line in _NAMES.findall(self.diff)} - {"dev/null"}

    def __str__(self) -> str:
        return f"{words(self.says, self.loses)}\n{self.diff}"


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


def parse(text: str) -> Patch:
    """The patch in `text`; what it lacks is empty."""
    found = _DIFF.search(text)
    head, diff = (text[: found.start()], text[found.start() :]) if found else (text, "")
    loses = tuple(match["check"] for match in _LOSES.finditer(head))
    return Patch(_LOSES.sub("", head).strip(), loses, diff)


def words(says: str, loses: tuple[str, ...]) -> str:
    """The head of a patch: what it says, and one line for each check that it loses."""
    return f"{says}\n\n" + "".join(f"Loses: {check}\n" for check in loses)


def hunks(diff: str) -> Iterator[Hunk]:
    """The hunks of `diff`, in order."""
    lines = iter(diff.splitlines())
    name = ""
    for line in lines:
        if line.startswith("+++ "):
            name = line.partition("/")[2]
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
    """What has to change in the folder `home/a` to make it the folder `home/b`; "" for nothing."""
    asked = ("diff", "--no-index", "--no-color", "--no-prefix", f"-U{CONTEXT}", "a", "b")
    return _NOISE.sub("", git(home, *asked).stdout.decode())


def weakness(diff: str, folder: Path) -> str | None:
    """Why `diff`, which fits the files of `folder`, might one day land at a wrong place in them."""
    for hunk in hunks(diff):
        path = folder / hunk.file
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        places = _places(hunk.old, lines)
        if not places:
            continue
        nearest = min(places, key=lambda place: abs(place + 1 - hunk.start))
        before, after = hunk.context
        left = len(lines) - nearest - len(hunk.old)
        if before < min(CONTEXT, nearest + before) or after < min(CONTEXT, left + after):
            return _("it has fewer than {count} lines around its change in {file}").format(
                count=CONTEXT, file=hunk.file
            )
        if nearest + 1 != hunk.start and len(places) > 1:
            return _("its lines have moved in {file}, and stand there {count} times").format(
                file=hunk.file, count=len(places)
            )
    return None


def _places(wanted: tuple[str, ...], lines: list[str]) -> list[int]:
    """The indices in `lines` at which `wanted` stands."""
    return [
        place
        for place in range(len(lines) - len(wanted) + 1)
        if lines[place : place + len(wanted)] == list(wanted)
    ]
