"""Folding a line to the width of a terminal."""

import re
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

NARROWEST = 20

_GOES_ON = "↪ "

# Nothing that is printed has it.
_SECOND_CELL = "\1"

# A command to copy, at the end of a sentence.
_COMMAND = re.compile(r"(?<=[:,] )(?:\S*hooklab|git) .+$")
# One inside a sentence: its first words stay together.
_TOGETHER = re.compile(r"hooklab \w+(?: SLUG)?")


def write_folded(console: Console, text: str, indent: str = "", style: str = "") -> None:
    """Print `text` within the width of the console, each line after `indent`.

    Rich would also fold at a non-breaking space, and leave a French colon alone on its line.
    """
    for line in folded(console, text, indent):
        console.print(Text(line, style=style, overflow="fold"))


def folded(console: Console, text: str, indent: str = "") -> list[str]:
    """The lines that `write_folded` prints, at least one."""
    width = max(console.width - len(indent), NARROWEST)
    return [indent + line for line in _folded(text, width, break_long_words=True) or [""]]


def write_to_copy(console: Console, text: str, style: str = "") -> None:
    """Print `text`, whose paths and commands are copied, on a terminal folded between its words.

    A command at its end that has no room beside the rest has a line of its own. Elsewhere than on
    a terminal it is one line.
    """
    if not console.is_terminal or cell_len(text) <= console.width:
        console.print(Text(text, style=style), soft_wrap=True)
        return
    found = _COMMAND.search(text)
    prose = text[: found.start()] if found else text
    lines = _folded(prose, max(console.width, NARROWEST), break_long_words=False)
    if found:
        lines.append(f"  {found[0]}")
    console.print(Text("\n".join(lines), style=style), soft_wrap=True)


def write_code(console: Console, line: str, style: str = "") -> None:
    """Print `line` of a diff; what has no room on a terminal goes on below, marked, as deep.

    Elsewhere than on a terminal it is one line, to be read by programs.
    """
    if console.is_terminal and cell_len(line) > console.width:
        code = line[1:].lstrip(" ")
        depth = min(len(line) - len(code) - 1, console.width // 2)
        width = max(console.width - 1 - depth, NARROWEST)
        parts = wrap(
            _as_wide_as_seen(code),
            width,
            subsequent_indent=_GOES_ON,
            break_on_hyphens=False,
            expand_tabs=False,
            replace_whitespace=False,
        )
        folded_code = "\n".join(line[:1] + " " * depth + part for part in parts)
        line = folded_code.replace(_SECOND_CELL, "")
    console.print(Text(line, style=style), soft_wrap=True)


def _folded(text: str, width: int, *, break_long_words: bool) -> list[str]:
    kept = _TOGETHER.sub(lambda match: match[0].replace(" ", "\0"), text)
    lines = wrap(
        _as_wide_as_seen(kept), width, break_on_hyphens=False, break_long_words=break_long_words
    )
    return [line.replace("\0", " ").replace(_SECOND_CELL, "") for line in lines]


def _as_wide_as_seen(text: str) -> str:
    """`text` with a second character for each that takes two cells: `wrap` counts characters."""
    return "".join(each + _SECOND_CELL * (cell_len(each) - 1) for each in text)
