"""One table of a written answer: whatever stands in it, a value is right or its check fails."""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from reprlib import Repr
from typing import Any

from hooklab.grading.failure import CheckFailed
from hooklab.grading.places import place
from hooklab.texts import _, number

_WORD = re.compile(r"\w[\w\u2019'-]*")
_TODO = re.compile(r"\bTODO\b[ \d]*")

# Values are quoted in messages; one that is nested deeply would exhaust the stack.
_SHOWN = Repr()
_SHOWN.maxstring = _SHOWN.maxother = _SHOWN.maxlong = 80
_SHOWN.maxlevel = 2

TABLES = 40
"""More tables than any answer needs."""


class Lines:
    """The lines of the file in which tables stand.

    Args:
        path: what messages call the file.
        text: what is in it.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def place(self, key: str, todo: str) -> str:
        """Where `todo` stands behind `key`, as `path:line`; nothing when that is in two lines."""
        found = [
            number
            for number, line in enumerate(self._lines, start=1)
            if line.lstrip().startswith(key) and todo in line
        ]
        return place(self._path, found[0]) if len(found) == 1 else ""


class Fields:
    """The keys of one table, and where it stands.

    Args:
        values: the parsed table.
        where: the file and the place in it, for messages.
        lines: those of the file, if they are known.
    """

    def __init__(self, values: Mapping[str, Any], where: str, lines: Lines | None = None) -> None:
        self.values = values
        self.where = where
        self._lines = lines

    def only(self, *keys: str) -> None:
        """Fail for any key but `keys`, which may be one of them in other letters."""
        for key in self.values:
            if key not in keys:
                raise CheckFailed(
                    _("in {where} only these keys: {keys}").format(
                        where=self.where, keys=", ".join(keys)
                    ),
                    _("there is also {key}").format(key=shown(key)),
                )

    def text(self, key: str, words: int = 1) -> str:
        """The text of `key`, of at least so many `words`, without the TODO of a skeleton."""
        wanted = _("a text") if words == 1 else _("a text of at least {n} words").format(n=words)
        value = self._value(key, str, wanted)
        found = len(_WORD.findall(value))
        if found < words:
            raise self._failed(key, wanted, _("it has {n}").format(n=found))
        return str(value)

    def name(self, key: str) -> str:
        """The text of `key` without spaces around it, on one line and not long."""
        wanted = _("a text of one line")
        value = self.text(key).strip()
        if "\n" in value or len(value) > 200:
            raise self._failed(key, wanted, _("it is {value}").format(value=shown(value)))
        return value

    def number(self, key: str, least: float, most: float) -> float:
        """The number of `key`, from `least` to `most`."""
        wanted = _("a number from {least} to {most}").format(least=number(least), most=number(most))
        value = self._value(key, (int, float), wanted)
        # An integer may be too large for a float; comparing works for any.
        if not (least <= value <= most) or not isfinite(value):
            raise self._failed(key, wanted, _("it is {value}").format(value=shown(value)))
        return float(value)

    def whole(self, key: str, least: int, most: int) -> int:
        """The whole number of `key`, from `least` to `most`."""
        value = self.number(key, least, most)
        if value != int(value):
            wanted = _("a whole number from {least} to {most}").format(least=least, most=most)
            raise self._failed(key, wanted, _("it is {value}").format(value=shown(value)))
        return int(value)

    def choice(self, key: str, options: Sequence[str]) -> str:
        """The text of `key`, one of `options`."""
        wanted = _("one of: {options}").format(options=", ".join(options))
        value = self._value(key, str, wanted)
        if value not in options:
            raise self._failed(key, wanted, _("it is {value}").format(value=shown(value)))
        return str(value)

    def order(self, key: str, options: Sequence[str]) -> list[str]:
        """The list of `key`: each of `options` once, in any order."""
        wanted = _("each of these once, in an order: {options}").format(options=", ".join(options))
        value = self._value(key, list, wanted)
        if len(value) != len(options) or any(each not in value for each in options):
            raise self._failed(key, wanted, _("it is {value}").format(value=shown(value)))
        return list(value)

    def table(self, key: str) -> "Fields":
        """The table `key`."""
        value = self._value(key, dict, _("a table, [{key}]").format(key=key))
        return Fields(value, f"{self.where}, {key}", self._lines)

    def tables(self, key: str, name: str = "", least: int = 1) -> "list[Fields]":
        """The tables of the list `key`, each called after its own key `name` where it has one."""
        wanted = _("tables, [[{key}]]").format(key=key)
        values = self._value(key, list, wanted) if least or key in self.values else []
        if not all(isinstance(value, dict) for value in values):
            raise self._failed(key, wanted, _("it is {value}").format(value=shown(values)))
        if not least <= len(values) <= TABLES:
            wanted = _("from {least} to {most} tables").format(least=least, most=TABLES)
            raise self._failed(key, wanted, _("there are {n}").format(n=len(values)))
        return [
            Fields(value, f"{self.where}, {key} {_called(value, name, nth)}", self._lines)
            for nth, value in enumerate(values, start=1)
        ]

    def _value(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:
        if key not in self.values:
            raise self._failed(key, wanted, _("it is missing"))
        value = self.values[key]
        if isinstance(value, str) and (todo := _TODO.search(value)):
            said = _("“{todo}” still stands there").format(todo=todo[0].strip())
            stands = self._lines.place(key, todo[0].strip()) if self._lines else ""
            raise self._failed(key, wanted, f"{said}{_(': ')}{stands}" if stands else said)
        # In Python a bool is an int; in an answer it never is.
        if isinstance(value, bool) or not isinstance(value, kind):
            raise self._failed(key, wanted, _("it is {value}").format(value=shown(value)))
        return value

    def _failed(self, key: str, wanted: str, happened: str) -> CheckFailed:
        return CheckFailed(f"{self.where}, {key}{_(': ')}{wanted}", happened)


def shown(value: object) -> str:
    """`value` as it may be quoted: on one line and not long, however large it is."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return _("a number of more than thirty digits")
    return _SHOWN.repr(value)


def _called(value: Mapping[str, Any], name: str, place: int) -> str:
    own = value.get(name)
    return shown(own) if isinstance(own, str) and "TODO" not in own else str(place)
