"""The roster: who is in the class, in a CSV file."""

import csv
import unicodedata
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from hooklab.errors import HooklabError, reason_of
from hooklab.texts import LANGUAGES, _, either, language

LEARNER = "learner"
# As spreadsheets write it; those that are set to French use semicolons.
_SEPARATORS = ",;\t"
_MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Learner:
    """Somebody in the class.

    Attributes:
        id: what their upload is called.
        name: what people call them.
        language: the one that their feedback is written in.
    """

    id: str
    name: str
    language: str


def same_spelling(text: str) -> str:
    """`text` in one of the ways in which Unicode writes it: systems differ in names of files."""
    return unicodedata.normalize("NFC", text.strip())


def learner(id_: str) -> Learner:
    """A learner of whom only the id is known."""
    return Learner(id_, id_, language())


def read_roster(path: Path) -> dict[str, Learner]:
    """The learners by their ids.

    The columns are `learner`, which is required, `name` and `language`, in any order; others are
    passed over.

    Raises:
        HooklabError: the file cannot be read, lacks the column, or has a line that is wrong.
    """
    try:
        return _read(path, _text(path))
    except csv.Error as error:
        raise HooklabError(
            _("{file} cannot be read as CSV: {error}").format(file=path, error=error),
            _("save it again as “CSV UTF-8”"),
        ) from error


def _read(path: Path, text: str) -> dict[str, Learner]:
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=_separator(text))
    columns = [(each or "").strip().lower() for each in rows.fieldnames or ()]
    if LEARNER not in columns:
        raise HooklabError(
            _("{file} has no column “{column}”; it has: {columns}").format(
                file=path, column=LEARNER, columns=", ".join(columns) or _("none")
            ),
            _("write the names of the columns in the first line: learner,name,language"),
        )
    rows.fieldnames = columns
    found: dict[str, Learner] = {}
    for row in rows:
        each = _learner(row, f"{path}:{rows.line_num}")
        if each.id in found:
            raise HooklabError(
                _("{place}: “{learner}” stands there twice").format(
                    place=f"{path}:{rows.line_num}", learner=each.id
                ),
                _("remove one of the lines"),
            )
        found[each.id] = each
    return found


def _learner(row: dict[str, str | None], place: str) -> Learner:
    values = {
        name: same_spelling(value) for name, value in row.items() if name and isinstance(value, str)
    }
    id_ = values.get(LEARNER, "")
    if not id_:
        raise HooklabError(
            _("{place}: the learner is missing").format(place=place),
            _("write there what their folder or archive is called, without its ending"),
        )
    spoken = values.get("language", "").lower() or language()
    if spoken not in LANGUAGES:
        raise HooklabError(
            _("{place}: there is no language “{language}”").format(place=place, language=spoken),
            _("write {languages}").format(languages=either(LANGUAGES)),
        )
    return Learner(id_, values.get("name", "") or id_, spoken)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise HooklabError(
            _("{file} cannot be read: {reason}").format(file=path, reason=reason_of(error)),
            _("name the CSV file of the class"),
        ) from error
    except UnicodeDecodeError as error:
        raise HooklabError(
            _("{file} is not UTF-8: byte {number}").format(file=path, number=error.start + 1),
            _("save it again as “CSV UTF-8”"),
        ) from error


def _separator(text: str) -> str:
    header = text.partition("\n")[0]
    return max(_SEPARATORS, key=header.count)
