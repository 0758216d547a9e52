"""The submission's written answers: read in the trusted process, which only reads."""

import tomllib
from pathlib import Path
from typing import Any

from hooklab.grading.failure import CheckFailed, require
from hooklab.grading.fields import Fields, Lines
from hooklab.texts import _

# Far more than anybody writes by hand; a parser takes its time over more.
LARGEST_FILE = 100_000
# A dotted key of a line takes time with the square of its parts: a minute for a whole file.
MOST_DOTS = 300


class Answers:
    """The files of an answer that is no program: the fixture `answers`.

    Args:
        folder: the submission's folder.
        original: what messages call it, when it is a copy.
    """

    def __init__(self, folder: Path, original: Path | None = None) -> None:
        self._folder = folder
        self._original = original or folder

    def text(self, name: str) -> str:
        """The text of the file `name`; one that is missing, no text or far too large fails."""
        path = self._folder / name
        wanted = _("the file {name}, a text of at most {size} bytes").format(
            name=name, size=LARGEST_FILE
        )
        if not path.is_file() or path.is_symlink():
            raise CheckFailed(
                wanted, _("there is no such file in {folder}").format(folder=self._original)
            )
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise CheckFailed(wanted, _("it is larger"))
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise CheckFailed(wanted, _("it is not UTF-8: {error}").format(error=error)) from None

    def toml(self, name: str) -> dict[str, Any]:
        """The table in the TOML file `name`; anything else fails, with line and column."""
        text = self.text(name)
        wanted = _("{name} written in TOML").format(name=name)
        if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
            raise CheckFailed(wanted, _("a line has more than {n} dots").format(n=MOST_DOTS))
        try:
            return tomllib.loads(text)
        # An integer of thousands of digits is a ValueError of Python's own.
        except (ValueError, RecursionError) as error:
            raise CheckFailed(wanted, str(error) or _("it is nested too deeply")) from None

    def fields(self, name: str) -> Fields:
        """The table in the TOML file `name`, for reading it value by value."""
        path = self._original / name
        return Fields(self.toml(name), name, Lines(path, self.text(name)))

    def require(self, claim: object, *, en: str, fr: str, got: Any = None) -> None:
        """Fail the check unless `claim` is true, see `Lab.require`."""
        require(claim, en=en, fr=fr, got=got)
