"""Reading the content's TOML files, with an error that names file, place and remedy."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from hooklab.errors import HooklabError
from hooklab.texts import LANGUAGES, _


class Table:
    """One TOML table that knows where it stands, and refuses what does not belong in it.

    Args:
        values: the parsed table.
        where: the file and the place in it, such as `rubric.toml: criterion 2`.
    """

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values = values
        self.where = where

    def refuse(self, what: str, hint: str) -> HooklabError:
        """The error to raise for this table."""
        return HooklabError(f"{self.where}: {what}", hint)

    def only(self, *keys: str) -> None:
        """Refuse any key but `keys`."""
        for key in self.values:
            if key not in keys:
                raise self.refuse(
                    _("unknown key “{key}”").format(key=key),
                    _("use only these keys: {keys}").format(keys=", ".join(keys)),
                )

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        """The value of `key`, which must be of `kind`; a missing one is `default`, or refused."""
        if key not in self.values:
            if default is None:
                raise self.refuse(
                    _("the key “{key}” is missing").format(key=key), _("add it to the table")
                )
            return default
        value = self.values[key]
        # In Python a bool is an int; in these files it never is.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.refuse(
                _("“{key}” is {value!r}").format(key=key, value=value),
                _("write a value of type {kind}").format(kind=kind.__name__),
            )
        return value

    def text(self, key: str) -> Mapping[str, str]:
        """The text of `key`, which must stand there in every language."""
        both = Table(self.get(key, dict), f"{self.where}, {key}")
        both.only(*LANGUAGES)
        for language in LANGUAGES:
            if not both.get(language, str).strip():
                raise both.refuse(
                    _("the text “{key}” is empty").format(key=language), _("write it")
                )
        return both.values

    def texts(self, key: str) -> list[Mapping[str, str]]:
        """The texts of the list `key`, each in every language."""
        return [
            Table({key: value}, f"{self.where}, {key} {number}").text(key)
            for number, value in enumerate(self.get(key, list, []), start=1)
        ]

    def points(self, key: str) -> float:
        """The points of `key`: a multiple of 0.5, above zero."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(
                _("“{key}” is {value!r}").format(key=key, value=value),
                _("write a number of points"),
            )
        if value <= 0 or (value * 2) % 1:
            raise self.refuse(
                _("“{key}” is {value!r}").format(key=key, value=value),
                _("points are multiples of 0.5, above zero"),
            )
        return float(value)

    def tables(self, key: str) -> "list[Table]":
        """The tables of the list `key`, each with its own place."""
        values = self.get(key, list, [])
        for value in values:
            if not isinstance(value, dict):
                raise self.refuse(
                    _("“{key}” is {value!r}").format(key=key, value=value),
                    _("write it as [[{key}]] tables").format(key=key),
                )
        return [
            Table(value, f"{self.where}, {key} {value.get('id') or value.get('slug') or number}")
            for number, value in enumerate(values, start=1)
        ]


def read_table(path: Path) -> Table:
    """The TOML file at `path`; a missing or broken one raises HooklabError."""
    try:
        return Table(_parse(path.read_text(encoding="utf-8")), path.as_posix())
    except FileNotFoundError:
        raise HooklabError(
            _("{path} does not exist").format(path=path), _("create it, or check the folder")
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HooklabError(
            _("{path} is not valid TOML: {error}").format(path=path, error=error),
            _("correct the line that the message names"),
        ) from None


# The same few files are read again for each grading; nobody changes what stands in a table.
_parse = lru_cache(maxsize=64)(tomllib.loads)


def first_repeated(values: Iterable[str]) -> str | None:
    """The first value that stands in `values` twice, or None."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
