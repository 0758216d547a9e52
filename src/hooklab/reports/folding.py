"""Folding a line to the width of a terminal."""

from textwrap import wrap

from rich.console import Console
from rich.text import Text

NARROWEST = 20


def write_folded(console: Console, text: str, indent: str = "", style: str = "") -> None:
    """Print `text` within the width of the console, each line after `indent`.

    Rich would also fold at a non-breaking space, and leave a French colon alone on its line.
    """
    width = max(console.width - len(indent), NARROWEST)
    for line in wrap(text, width, break_on_hyphens=False) or [""]:
        console.print(Text(indent + line, style=style, overflow="fold"))
