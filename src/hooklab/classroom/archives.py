"""An upload that is an archive: it is never unpacked, its files are read one by one.

What is in an archive may be made to harm whoever unpacks it: names that lead out of it, links,
devices, a few bytes that become gigabytes. So everything is bounded, also the directory of a zip,
which Python's own module reads as a whole.
"""

import bz2
import gzip
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hooklab.classroom.members import (
    MOST_NAMES,
    MOST_UNPACKED,
    BadMember,
    BadUpload,
    place,
    special,
    too_large,
    too_many,
)
from hooklab.grading.regular import open_regular
from hooklab.texts import _

TAR_ENDINGS: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
    ".tar": lambda file: file,
    ".tar.gz": lambda file: gzip.GzipFile(fileobj=file),  # type: ignore[dict-item,return-value]
    ".tgz": lambda file: gzip.GzipFile(fileobj=file),  # type: ignore[dict-item,return-value]
    ".tar.bz2": bz2.BZ2File,
    ".tbz2": bz2.BZ2File,
    ".tar.xz": lzma.LZMAFile,
    ".txz": lzma.LZMAFile,
}
ZIP_ENDING = ".zip"

# What the modules raise for archives that are damaged, or were made to be.
_DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(struct.error, ValueError, NotImplementedError, OverflowError, IndexError, KeyError),
)

# The end of a zip: how long its directory is, and where 64-bit sizes would stand.
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.15 and 4.3.16
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_END_BYTES = 22 + 0xFFFF
_DIRECTORY_BYTES = 8 * 1024 * 1024


class ArchiveUpload(ABC):
    """What the archives of both kinds have in common.

    Attributes:
        names: of the files in it.
        faults: what is left out, and why.
        changed: when the archive was last changed, in seconds since 1970.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names: list[str] = []
        self.faults: list[str] = []
        self.changed = path.lstat().st_mtime
        self._members: dict[str, str] = {}
        with self._open() as file:
            for number, (name, is_file) in enumerate(self._list(file)):
                if number >= MOST_NAMES:
                    raise too_many()
                self._take(name, is_file)
        self.names = list(self._members)

    def read(self, names: Collection[str], most: int) -> dict[str, bytes]:
        """The content of files by name; BadUpload when together they have more than `most` bytes.

        BadUpload as well when the archive is damaged there.
        """
        wanted = {self._members[name]: name for name in names}
        contents, left = {}, most
        with self._open() as file:
            for member, member_file in self._files(file, wanted):
                contents[wanted[member]] = member_file.read(left + 1)
                left -= len(contents[wanted[member]])
                if left < 0:
                    raise too_large(most)
        return contents

    def _take(self, name: str, is_file: bool | None) -> None:
        try:
            where = place(name)
            if where is None or is_file is False:
                return
            if is_file is None:
                raise special(name)
            # Of several with one name the last counts, as for whoever unpacks it.
            self._members[where] = name
        except BadMember as fault:
            self.faults.append(str(fault))

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        try:
            with os.fdopen(open_regular(self._path), "rb") as file:
                yield file
        except BadUpload:
            raise
        except RuntimeError as error:
            raise BadUpload(_("it has a password"), _("ask for it without one")) from error
        except _DAMAGED as error:
            raise BadUpload(
                _("it is damaged: {error}").format(error=str(error) or type(error).__name__),
                _("ask for it again"),
            ) from error

    @abstractmethod
    def _list(self, file: IO[bytes]) -> Iterator[tuple[str, bool | None]]:
        """Each member's name, and whether it is a file, or a folder; None for anything else."""

    @abstractmethod
    def _files(self, file: IO[bytes], members: Collection[str]) -> Iterator[tuple[str, IO[bytes]]]:
        """The files called `members`, open for reading."""


class ZipUpload(ArchiveUpload):
    """A zip archive."""

    def _list(self, file: IO[bytes]) -> Iterator[tuple[str, bool | None]]:
        _check_directory(file)
        for each in zipfile.ZipFile(file).infolist():
            kind = stat.S_IFMT(each.external_attr >> 16)
            if each.is_dir():
                yield each.filename, False
            else:
                yield each.filename, True if kind in (0, stat.S_IFREG) else None

    def _files(self, file: IO[bytes], members: Collection[str]) -> Iterator[tuple[str, IO[bytes]]]:
        _check_directory(file)
        archive = zipfile.ZipFile(file)
        for member in members:
            with archive.open(member) as content:
                yield member, content


class TarUpload(ArchiveUpload):
    """A tar archive, compressed or not."""

    def _list(self, file: IO[bytes]) -> Iterator[tuple[str, bool | None]]:
        for each in self._tar(file):
            yield each.name, True if each.isreg() else False if each.isdir() else None

    def _files(self, file: IO[bytes], members: Collection[str]) -> Iterator[tuple[str, IO[bytes]]]:
        archive = self._tar(file)
        for each in archive:
            if each.isreg() and each.name in members and (content := archive.extractfile(each)):
                yield each.name, content

    def _tar(self, file: IO[bytes]) -> tarfile.TarFile:
        ending = next(each for each in TAR_ENDINGS if self._path.name.lower().endswith(each))
        unpacked = _Bounded(TAR_ENDINGS[ending](file))
        return tarfile.open(fileobj=unpacked, mode="r|")  # type: ignore[call-overload,no-any-return]


class _Bounded:
    """A file of which only so much is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = MOST_UNPACKED

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise too_large(MOST_UNPACKED)
        return data


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a zip whose directory is too long to be read."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _END_BYTES - len(_END_64)))
    tail = file.read()
    file.seek(0)
    # The mark may stand several times, and which one counts is for the module to say.
    ends = [found.start() for found in re.finditer(re.escape(_END), tail)]
    if not ends:
        raise zipfile.BadZipFile(_("its end is missing"))
    sizes = [int.from_bytes(tail[at + 12 : at + 16], "little") for at in ends]
    if _END_64 in tail or max(sizes) > _DIRECTORY_BYTES:
        raise too_many()
