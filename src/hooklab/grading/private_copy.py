"""The trusted side's own copy of a submission: what is graded does not change under the grading.

Only regular files are copied, so that nothing in it leads out of it. What no exercise asks for is
left out: compiled code, and folders whose names begin with a dot, such as `.git` and `.venv`.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath

from hooklab.grading.failure import CheckFailed
from hooklab.grading.regular import open_regular
from hooklab.texts import _

# Far more than any answer needs.
MOST_FILES = 1000
MOST_BYTES = 32 * 1024 * 1024
DEEPEST = 16


def copy_submission(folder: Path, into: Path) -> Path:
    """Copy the submission in `folder` to a folder below `into`, which is the result.

    Its name and that of the folder around it are kept, since messages show them.

    Raises:
        CheckFailed: something in it is no regular file, cannot be read, or it is far too large.
    """
    source = folder.resolve()
    copy = into / (source.parent.name or "_") / (source.name or "_")
    copy.mkdir(parents=True)
    left = MOST_BYTES
    for number, name in enumerate(_files(source, Path())):
        if number >= MOST_FILES:
            raise _refused(_("there are more than {count} files").format(count=MOST_FILES))
        data = _read(source / name, name.as_posix(), left)
        left -= len(data)
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(data)
    return copy


def _files(source: Path, within: Path) -> Iterator[Path]:
    """The regular files below `within`, as paths from `source`; anything else is refused."""
    if len(within.parts) > DEEPEST:
        raise _refused(_("{folder} is nested too deeply").format(folder=shown(within)))
    try:
        with os.scandir(source / within) as found:
            entries = sorted(found, key=lambda each: each.name)
        for entry in entries:
            path = within / entry.name
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                if entry.name != "__pycache__" and not entry.name.startswith("."):
                    yield from _files(source, path)
                continue
            _check(path, status)
            yield path
    except OSError as error:
        raise _unreadable(within, error) from None


def _check(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _refused(
            _("{file} is a link, a pipe or the like: put the file itself in its place").format(
                file=shown(path)
            )
        )
    # The same file under another name may be anybody's.
    if status.st_nlink > 1:
        raise _refused(
            _("{file} has a second name elsewhere (a hard link): copy it").format(file=shown(path))
        )


def _read(path: Path, name: str, most: int) -> bytes:
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise _unreadable(Path(name), error) from None
    if len(data) > most:
        raise _refused(
            _("with {file} it is larger than {size} MiB").format(
                file=shown(Path(name)), size=MOST_BYTES >> 20
            )
        )
    return data


def _unreadable(path: Path, error: OSError) -> CheckFailed:
    return _refused(
        _("{file} cannot be read: {reason}").format(file=shown(path), reason=error.strerror)
    )


def _refused(happened: str) -> CheckFailed:
    return CheckFailed(_("an answer that is a folder of ordinary files"), happened)


def shown(path: PurePath) -> str:
    """A name that somebody else chose, short and printable, for a message."""
    # A name may hold anything but a slash and a zero.
    return ascii(str(path))[1:-1][:200] if not str(path).isprintable() else str(path)[:200]
