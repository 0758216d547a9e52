"""A file that the app's process writes, read through a descriptor of the trusted side's own."""

import os
import threading
from pathlib import Path

from hooklab.grading.regular import create_regular

LOG_BYTES = 256 * 1024


class LogFile:
    """A new, empty file at `path`; whatever the app puts in its place later is never opened.

    Args:
        path: where the app's process is told to write to; nothing may be there yet.
        limit: how much of it is read when nobody says otherwise, in bytes.
    """

    def __init__(self, path: Path, limit: int = LOG_BYTES) -> None:
        self.path = path
        self._limit = limit
        self._file = os.fdopen(create_regular(path), "rb", buffering=0)
        # Two threads that look at once must not move each other's place in the file.
        self._lock = threading.Lock()

    def text(self, limit: int = 0) -> str:
        """What the file holds; when that is more, its first and last halves of `limit` bytes.

        Args:
            limit: in bytes; that of the file by default.
        """
        limit = limit or self._limit
        with self._lock:
            if self._file.closed:
                return ""
            size = self._file.seek(0, os.SEEK_END)
            self._file.seek(0)
            start = self._read(limit // 2)
            self._file.seek(max(len(start), size - limit // 2))
            cut = b"\n[...]\n" if size > limit else b""
            return (start + cut + self._read(limit // 2)).decode("utf-8", "replace")

    def after(self, start: int, most: int) -> bytes:
        """What the file holds from byte `start` on, `most` bytes at most."""
        with self._lock:
            if self._file.closed:
                return b""
            self._file.seek(start)
            return self._read(most)

    def close(self) -> None:
        """Let go of the file; nothing is read from it any more."""
        with self._lock:
            self._file.close()

    def _read(self, count: int) -> bytes:
        return self._file.read(count) or b""
