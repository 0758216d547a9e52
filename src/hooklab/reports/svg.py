"""The scorecard as a picture of a terminal, for a page; it asks nothing of any other host."""

import re
from io import StringIO

from rich.console import Console
from rich.terminal_theme import MONOKAI

from hooklab.reports.text import write_scorecard
from hooklab.scorecard import Scorecard

# rich's template loads its font from a public server.
_WEB_FONTS = re.compile(r"@font-face\s*\{[^}]*\}\s*")
_FONT = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
COLUMNS = 80


def write(card: Scorecard) -> str:
    """`card` as SVG: the tables, and the first story of each exercise."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    write_scorecard(console, card, details=True, most=1)
    picture = console.export_svg(title="hooklab grade", theme=MONOKAI, unique_id="scorecard")
    return _WEB_FONTS.sub("", picture).replace("Fira Code, monospace", _FONT) + "\n"
