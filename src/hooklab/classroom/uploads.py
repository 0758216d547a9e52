"""What a learner has handed in: a folder or an archive, opened by its name."""

import os
import stat
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from hooklab.classroom.archives import TAR_ENDINGS, ZIP_ENDING, TarUpload, ZipUpload
from hooklab.classroom.bundles import BUNDLE_ENDING, BundleUpload
from hooklab.classroom.members import BadUpload
from hooklab.classroom.trees import FolderUpload
from hooklab.texts import _

# The longest first: “.tar.gz” before “.gz” would be taken for a name.
_ENDINGS = sorted((*TAR_ENDINGS, ZIP_ENDING, BUNDLE_ENDING), key=len, reverse=True)
_OPENERS: dict[str, Callable[[Path], "Upload"]] = {
    **dict.fromkeys(TAR_ENDINGS, TarUpload),
    ZIP_ENDING: ZipUpload,
    BUNDLE_ENDING: BundleUpload,
}


class Upload(Protocol):
    """A folder or an archive.

    Attributes:
        names: of the files in it, with “/” between folders.
        faults: what is left out, and why.
        changed: when it was last changed, in seconds since 1970.
    """

    names: list[str]
    faults: list[str]
    changed: float

    def read(self, names: Collection[str], most: int) -> dict[str, bytes]:
        """The content of files by name.

        Raises:
            BadUpload: together they have more than `most` bytes, or the archive is damaged.
            OSError: one cannot be read.
        """


def open_upload(path: Path) -> Upload:
    """The upload at `path`; BadUpload when it is neither a folder nor an archive, or damaged."""
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        return open_upload(alone) if (alone := _only_archive(path)) else FolderUpload(path)
    if stat.S_ISREG(mode) and (ending := _ending(path.name)):
        return _OPENERS[ending](path)
    raise BadUpload(
        _("it is neither a folder nor an archive ({endings})").format(endings=", ".join(_ENDINGS)),
        _("ask for a folder or an archive, or remove it"),
    )


def _only_archive(folder: Path) -> Path | None:
    """The archive that is all that lies in `folder`: platforms make a folder around it."""
    try:
        found = uploads_in(folder)
    except OSError:
        return None
    is_alone = len(found) == 1 and stat.S_ISREG(found[0].lstat().st_mode)
    return found[0] if is_alone and _ending(found[0].name) else None


def learner_of(path: Path) -> str:
    """The learner that an upload belongs to: its name, an archive's without its ending."""
    ending = _ending(path.name) if not path.is_dir() else ""
    return path.name.removesuffix(path.name[-len(ending) :]) if ending else path.name


def uploads_in(folder: Path) -> list[Path]:
    """The uploads in `folder`, by name; hidden entries are nobody's."""
    with os.scandir(folder) as found:
        return sorted(Path(each.path) for each in found if not each.name.startswith("."))


def _ending(name: str) -> str:
    return next((each for each in _ENDINGS if name.lower().endswith(each)), "")
