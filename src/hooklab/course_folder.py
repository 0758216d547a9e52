"""Folders of the course that `hooklab new` makes of what the installed package carries.

Such a folder notes in `.course.json` what it was given and in which version. So an update knows
what somebody has changed since, and leaves answers alone.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import hooklab
from hooklab.errors import HooklabError, reason_of
from hooklab.file_trees import content, write_all
from hooklab.texts import _

NOTE = ".course.json"
# The rooms in which people work; the others are the course's own.
_ANSWERS = ("exercises", "notebooks")
_EXERCISES = "exercises"
SET_ASIDE = ".mine"

Files = Mapping[str, bytes]
Digests = Mapping[str, str]


@dataclass(frozen=True)
class Note:
    """What a folder was given.

    Attributes:
        version: of the package that gave it.
        digests: by path below the folder.
    """

    version: str
    digests: Digests


@dataclass
class Changes:
    """What an update has done to a folder: exercises, or paths of files, in order.

    Attributes:
        added: they are new.
        changed: they are as the package has them now.
        removed: the course has them no more.
        kept: somebody has worked on them, and what they began with has changed.
        set_aside: files of the course that somebody had changed; theirs are beside them now.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)


def packaged() -> Path | None:
    """Where the installed package carries the course; None for a package of a checkout."""
    folder = Path(hooklab.__file__).parent / "course"
    return folder if folder.is_dir() else None


def carried() -> dict[str, bytes]:
    """The files that a folder of the course is made of.

    Raises:
        HooklabError: this is the package of a checkout, which is a folder of the course itself.
    """
    folder = packaged()
    if folder is None:
        raise HooklabError(
            _("this hooklab comes from a clone, which is the course already"),
            _("work in {folder}; new versions come with: git pull").format(
                folder=Path(hooklab.__file__).parents[2]
            ),
        )
    # Plain pytest runs graders in this way too.
    settings = Path(hooklab.__file__).parent / "grading" / "pytest.ini"
    return content(folder) | {settings.name: settings.read_bytes()}


def create(folder: Path) -> None:
    """Make `folder` a folder of the course; HooklabError when something is in it already."""
    files = carried()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise HooklabError(
                # The current one would be a dot.
                _("{folder} is not empty").format(folder=folder if folder.name else Path.cwd()),
                _("name a folder that is new or empty; hooklab update is for one that you have"),
            )
        write_all(folder, files)
        _write_note(folder, files)
    except OSError as error:
        raise _cannot_write(folder, error) from error


def note_of(root: Path) -> Note | None:
    """The note in the folder `root`; None where there is none, or it is damaged."""
    try:
        read = json.loads((root / NOTE).read_text(encoding="utf-8"))
        return Note(str(read["version"]), {str(k): str(v) for k, v in read["files"].items()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def update(root: Path) -> Changes:
    """Bring the folder `root` what the package has, but for what somebody has worked on.

    Raises:
        HooklabError: `hooklab new` did not make it, or it cannot be written.
    """
    files = carried()
    note = note_of(root)
    if note is None:
        raise HooklabError(
            _("{folder} has no note of what it was given").format(folder=root),
            _("make a new folder with hooklab new, and copy your answers to its exercises/"),
        )
    changes = Changes()
    given, now = _by_unit(note.digests), _by_unit(files)
    try:
        for unit in sorted({*given, *now}):
            was = {path: note.digests[path] for path in given.get(unit, ())}
            _update(root, unit, was, {path: files[path] for path in now.get(unit, ())}, changes)
        _write_note(root, files)
    except OSError as error:
        raise _cannot_write(root, error) from error
    return changes


def _update(root: Path, unit: str, was: Digests, new: Files, changes: Changes) -> None:
    """Update one unit: what is kept or replaced as a whole."""
    present = _present(root, unit)
    wanted = _digests(new)
    if present == wanted:
        return
    is_theirs = bool(present) and present != was
    if is_theirs and unit.startswith(tuple(f"{room}/" for room in _ANSWERS)):
        if new and wanted != was:
            changes.kept.append(unit)
        return
    if is_theirs:
        (root / unit).replace(root / f"{unit}{SET_ASIDE}")
        changes.set_aside.append(unit)
    for path in present.keys() - new.keys():
        (root / path).unlink(missing_ok=True)
    write_all(root, new)
    if not new:
        changes.removed.append(unit)
    elif not is_theirs:
        (changes.changed if present else changes.added).append(unit)


def _by_unit(paths: Iterable[str]) -> dict[str, list[str]]:
    units: dict[str, list[str]] = {}
    for path in paths:
        room, _slash, below = path.partition("/")
        # The files of an exercise fit each other, so it is one; elsewhere each file is one.
        unit = f"{room}/{below.partition('/')[0]}" if room == _EXERCISES else path
        units.setdefault(unit, []).append(path)
    return units


def _present(root: Path, unit: str) -> Digests:
    if (root / unit).is_file():
        return _digests({unit: (root / unit).read_bytes()})
    return _digests({f"{unit}/{name}": text for name, text in content(root / unit).items()})


def _digests(files: Files) -> Digests:
    return {path: hashlib.sha256(text).hexdigest() for path, text in files.items()}


def _write_note(root: Path, files: Files) -> None:
    said = {"version": hooklab.__version__, "files": dict(sorted(_digests(files).items()))}
    (root / NOTE).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _cannot_write(folder: Path, error: OSError) -> HooklabError:
    return HooklabError(
        _("{path} cannot be written: {reason}").format(
            path=error.filename or folder, reason=reason_of(error)
        ),
        _("choose another folder, or change its permissions"),
    )
