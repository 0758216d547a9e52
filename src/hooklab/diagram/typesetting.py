"""Text in a picture: SVG breaks no lines, so they are broken here, by the width of a character."""

from textwrap import wrap

from rich.cells import cell_len

LINE = 15
"""From one line to the next, in pixels."""

# What a character of either font takes on average, at its size in the style sheet.
_MONOSPACE, _PROSE = 6.7, 6.4
_MOST_LINES = 4


def label(text: str, width: float) -> list[str]:
    """`text` in the font of labels, in lines of at most `width` pixels."""
    return _fold(text, width / _MONOSPACE)


def prose(text: str, width: float) -> list[str]:
    """`text` in the font of notes, in lines of at most `width` pixels."""
    return _fold(text, width / _PROSE)


def _fold(text: str, columns: float) -> list[str]:
    # Characters of double width, such as Chinese ones, leave room for fewer.
    narrow = len(text) / (cell_len(text) or 1)
    return wrap(
        text,
        max(8, int(columns * min(1.0, narrow))),
        max_lines=_MOST_LINES,
        placeholder=" […]",
        break_on_hyphens=False,
    )
