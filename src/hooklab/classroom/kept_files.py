"""The files of submissions, kept in the gradebook for the people who judge them.

A folder may be moved or handed in anew. What is read beside a grade is what was graded.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from hooklab.classroom.book_tables import FileRow
from hooklab.classroom.gradebook import Gradebook
from hooklab.reviews import WRITTEN

# Far more than anyone reads; of what is longer the beginning is kept.
MOST_OF_A_FILE = 128 * 1024
MOST_OF_AN_ANSWER = 1024 * 1024


class KeptFiles:
    """The files in a gradebook, by the digests of the submissions that they belong to."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book

    def known(self) -> set[str]:
        """The digests of the submissions whose files are there."""
        with self._book.reading() as session:
            return set(session.exec(select(FileRow.submission).distinct()))

    def keep(self, submission: str, contents: Mapping[str, bytes]) -> None:
        """Keep the files of a submission, unless they are there already."""
        left = MOST_OF_AN_ANSWER
        # Somebody else may be keeping the same.
        with suppress(IntegrityError), self._book.writing() as session:
            for name, content in sorted(contents.items(), key=_written_first):
                kept = content[: min(left, MOST_OF_A_FILE)]
                left -= len(kept)
                row = FileRow(submission=submission, name=name, size=len(content), content=kept)
                session.merge(row)

    def of(self, submission: str) -> Sequence[FileRow]:
        """The files of a submission, written answers first; none when they are not there."""
        rows = select(FileRow).where(col(FileRow.submission) == submission)
        with self._book.reading() as session:
            return sorted(session.exec(rows), key=lambda row: _written_first((row.name, b"")))

    def written(self, submission: str) -> str:
        """A digest of the written answers in a submission; empty when its files are not there."""
        rows = self.of(submission)
        found = hashlib.sha256()
        for row in rows:
            if is_written(row.name):
                found.update(f"{row.name}\0{row.size}\0".encode() + row.content)
        return found.hexdigest() if rows else ""


def is_written(name: str) -> bool:
    """Whether a file holds an answer in words."""
    return PurePosixPath(name).suffix in WRITTEN


def _written_first(file: tuple[str, bytes]) -> tuple[bool, str]:
    name, _content = file
    return (not is_written(name), name)
