"""What may be in an upload: the rules for its names, and how much of it there may be.

An upload is what a learner has handed in: a folder or an archive. Nobody knows what is in it.
"""

from pathlib import PurePosixPath

from hooklab.errors import HooklabError
from hooklab.grading.private_copy import DEEPEST, shown
from hooklab.texts import _

# A learner may hand in a whole clone with its environment; of an exercise far less is taken.
MOST_NAMES = 50_000
MOST_UNPACKED = 128 * 1024 * 1024
# What file systems take at most, see NAME_MAX and PATH_MAX in limits.h.
LONGEST_PART = 255
LONGEST_NAME = 1024

# What tools make, and no exercise asks for.
_MADE = ("__MACOSX", "__pycache__", "node_modules", "venv")


class BadUpload(HooklabError):
    """An upload that cannot be graded, and why."""


class BadMember(Exception):
    """Something in an upload that is left out; the text says what it is."""


def place(name: str) -> str | None:
    """Where a member of an upload lies below its root; None for what no exercise asks for.

    Raises:
        BadMember: no file may have this name.
    """
    # Some archivers on Windows write their own separator.
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise BadMember(_("{file} leads out of the folder").format(file=shown(path)))
    if any(part.startswith(".") or part in _MADE for part in path.parts):
        return None
    try:
        encoded = [part.encode() for part in path.parts]
    except UnicodeEncodeError:
        raise BadMember(_("the name {file} is not UTF-8").format(file=shown(path))) from None
    # An exercise may lie in “exercises/<slug>” below the folder that an archive was made of.
    if len(encoded) > DEEPEST + 3:
        raise BadMember(_("{file} is nested too deeply").format(file=shown(path)))
    if max(map(len, encoded), default=0) > LONGEST_PART or len(str(path)) > LONGEST_NAME:
        raise BadMember(_("the name {file} is too long").format(file=shown(path)))
    # A drive on Windows, or a second content of a file.
    if ":" in str(path):
        raise BadMember(_("the name {file} has a colon").format(file=shown(path)))
    if not str(path).isprintable():
        raise BadMember(_("the name {file} cannot be printed").format(file=shown(path)))
    return str(path)


def special(name: str) -> BadMember:
    """What is said of a member that is neither a file nor a folder."""
    return BadMember(
        _("{file} is a link, a pipe or the like: put the file itself in its place").format(
            file=shown(PurePosixPath(name))
        )
    )


def too_many() -> BadUpload:
    """What is said of an upload with too many members."""
    return BadUpload(
        _("there are more than {count} files").format(count=MOST_NAMES),
        _("ask for the exercises alone"),
    )


def too_large(size: int) -> BadUpload:
    """What is said of an upload that holds more than `size` bytes."""
    return BadUpload(
        _("it is larger than {size} MiB").format(size=size >> 20),
        _("ask for the exercises alone"),
    )
