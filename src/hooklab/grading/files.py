"""The files that the app wrote below its home."""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from hooklab.grading.regular import open_regular

# An app that writes without end must not keep the trusted side reading.
MOST_FILES = 1000
FILE_BYTES = 1024 * 1024


class Files:
    """What lies in the app's home, the folder it starts in: `lab.files`.

    Args:
        home: the folder.
        settle: called before each look, so that the app has finished what it is doing.
    """

    def __init__(self, home: Path, settle: Callable[[], None]) -> None:
        self._home = home
        self._settle = settle

    def names(self) -> list[str]:
        """The paths of all files, relative to the home, at most a thousand."""
        self._settle()
        return sorted(islice(self._walk(), MOST_FILES))

    def containing(self, text: str) -> list[str]:
        """The files that have `text` in their path or in their first MiB, in capitals or not."""
        wanted = text.lower()
        return [
            name
            for name in self.names()
            if wanted in name.lower() or wanted in self._read(name).lower()
        ]

    def _walk(self) -> Iterator[str]:
        for folder, _folders, files in os.walk(self._home):
            for name in files:
                yield (Path(folder) / name).relative_to(self._home).as_posix()

    def _read(self, name: str) -> str:
        # The app chose what this is.
        try:
            with os.fdopen(open_regular(self._home / name), "rb") as file:
                return file.read(FILE_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""
