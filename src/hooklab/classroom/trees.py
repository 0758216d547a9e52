"""An upload that is a folder: nothing in it is followed, and only regular files are read."""

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from hooklab.classroom.members import (
    MOST_NAMES,
    BadMember,
    place,
    special,
    too_large,
    too_many,
)
from hooklab.grading.private_copy import shown
from hooklab.grading.regular import read_regular
from hooklab.texts import _


class FolderUpload:
    """A folder that somebody has handed in.

    Attributes:
        names: of the files in it, below the folder.
        faults: what is left out, and why.
        changed: when a file was last changed, in seconds since 1970.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names: list[str] = []
        self.faults: list[str] = []
        self.changed = path.lstat().st_mtime
        waiting = [""]
        while waiting:
            waiting += self._look_into(waiting.pop())

    def read(self, names: Collection[str], most: int) -> dict[str, bytes]:
        """The content of files by name; BadUpload when together they have more than `most` bytes.

        OSError when one cannot be read any more.
        """
        contents, left = {}, most
        for name in sorted(names):
            contents[name] = read_regular(self._path / name, left + 1)
            left -= len(contents[name])
            if left < 0:
                raise too_large(most)
        return contents

    def _look_into(self, folder: str) -> Iterator[str]:
        """Note the files in `folder`; the folders in it."""
        try:
            with os.scandir(self._path / folder) as found:
                entries = sorted(found, key=lambda each: each.name)
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                try:
                    if self._take(entry, name):
                        yield name
                except BadMember as fault:
                    self.faults.append(str(fault))
        except OSError as error:
            self.faults.append(
                _("{file} cannot be read: {reason}").format(
                    file=shown(Path(folder or self._path.name)), reason=error.strerror
                )
            )

    def _take(self, entry: os.DirEntry[str], name: str) -> bool:
        """Note a file; whether it is a folder."""
        if place(name) is None:
            return False
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            return True
        if not stat.S_ISREG(status.st_mode):
            raise special(name)
        # The same file under another name may be anybody's.
        if status.st_nlink > 1:
            raise BadMember(
                _("{file} has a second name elsewhere (a hard link): copy it").format(
                    file=shown(Path(name))
                )
            )
        self.names.append(name)
        self.changed = max(self.changed, status.st_mtime)
        if len(self.names) > MOST_NAMES:
            raise too_many()
        return False
