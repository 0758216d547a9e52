"""Markdown tables, cell by cell."""

import re
from collections.abc import Container, Iterable

_SPACES = re.compile(r"[ \t\r\n]+")


def cell(text: str) -> str:
    """`text` as the content of a cell: one line, and a bar would end it."""
    # Not split(): it takes the spaces that do not break, of which French has many.
    return _SPACES.sub(" ", text).strip(" ").replace("|", r"\|")


def table(
    header: tuple[str, ...], rows: Iterable[tuple[str, ...]], left: Container[int] = (0,)
) -> str:
    """A table of cells that are Markdown already.

    Args:
        left: the columns that are aligned at the left; all others are numbers.
    """
    rule = tuple(":--" if column in left else "--:" for column, _title in enumerate(header))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))
