"""Submitted files as text, whatever is in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hooklab.authoring.folders import plain
from hooklab.classroom.book_tables import FileRow
from hooklab.classroom.kept_files import is_written
from hooklab.reports.clean import visible

# Of what is no text, so many bytes are shown.
_BYTES = 256


@dataclass(frozen=True)
class ShownFile:
    """A file as a page shows it.

    Attributes:
        size: in bytes.
        is_text: otherwise `text` has its first bytes, in hexadecimal.
        is_cut: whether there is more of it.
        is_written: whether it holds an answer in words.
    """

    name: str
    size: int
    text: str
    is_text: bool
    is_cut: bool
    is_written: bool


def shown_files(rows: Iterable[FileRow]) -> Iterator[ShownFile]:
    """The files of a submission, in the same order."""
    for row in rows:
        text, is_text = _read(row.content, is_cut=row.size > len(row.content))
        shown = len(row.content) if is_text else min(_BYTES, len(row.content))
        yield ShownFile(
            visible(row.name), row.size, text, is_text, row.size > shown, is_written(row.name)
        )


def _read(content: bytes, *, is_cut: bool) -> tuple[str, bool]:
    try:
        # A character may be cut in two.
        text = plain(content).decode("utf-8-sig", "ignore" if is_cut else "strict")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return content[:_BYTES].hex(" "), False
    return visible(text), True
