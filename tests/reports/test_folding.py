"""Long lines in a terminal: how wide a character is, and where a line may break."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from hooklab.reports.folding import write_code, write_folded

WIDE = "→ 500 美咲 山田 さくら 佐藤 陽葵 鈴木 " * 3


@pytest.mark.parametrize("write", [write_folded, write_code])
def test_a_line_of_wide_characters_stays_within_the_width(write):
    console = Console(file=io.StringIO(), width=40, force_terminal=True, no_color=True)
    # Of a diff, the first column is the mark, and stands on each line.
    write(console, f" {WIDE.strip()}")
    lines = console.file.getvalue().splitlines()
    assert len(lines) > 2
    assert max(map(cell_len, lines)) <= 40
    told = "".join(lines).replace("↪", "")
    assert told.replace(" ", "") == WIDE.replace(" ", "")
