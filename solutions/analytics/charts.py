"""Charts as SVG, and the tables behind them: TODO 7. Lesson: course/*/lessons/analytics.md"""

from collections.abc import Sequence
from html import escape

Row = tuple[str, int, str]
"""A name, a number, and a note on it, which may be empty."""

HEIGHT = 200
"""Of a column chart, in pixels: 24 of them, at the bottom, are for the names."""

BASE = HEIGHT - 24
TOP = 18
LEFT = 5.0
"""Percent of the width, for the numbers of the scale."""

LONGEST = 28
"""A name in a chart is cut after so many characters; the table has it all."""


def table(caption: str, head: Sequence[str], rows: Sequence[Row]) -> str:
    """Return a `<table>` with a caption, a line of headings, and a line for each row.

    The name is the line's heading, `<th scope="row">`. A column of notes appears when `head` has
    three headings. All that is passed in is text, whatever characters it has.
    """
    # answer 7: caption, headings, one line a row.
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{number}</td>'
        + (f"<td>{escape(note)}</td>" if len(head) > 2 else "")
        + "</tr>"
        for name, number, note in rows
    )
    headings = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{headings}</tr></thead><tbody>{lines}</tbody></table>"
    )


def columns(label: str, points: Sequence[tuple[str, int]], every: int) -> str:
    """Return an `<svg role="img">` with a column for each point, its name and its number.

    It is as wide as the page lets it, and names every so many columns, ending with the last.

    Args:
        label: what the chart shows, in a sentence, for those who do not see it.
        points: pairs of a name and a number, from left to right.
        every: the distance between two names.
    """
    # answer 7: _lines(), a _column() a point, some names, all in _svg().
    top = scale(max((number for _, number in points), default=0))
    width = (100 - LEFT) / max(len(points), 1)
    drawn = [_lines(top)]
    for place, (name, number) in enumerate(points):
        left, from_right = LEFT + place * width, len(points) - 1 - place
        drawn.append(_column(name, number, left, width, (BASE - TOP) * number / top))
        if from_right % every == 0:
            end = not from_right
            drawn.append(_text(100 if end else left + width / 2, HEIGHT - 6, name, end=end))
    return _svg(label, HEIGHT, "".join(drawn))


def bars(label: str, rows: Sequence[Row]) -> str:
    """Return an `<svg role="img">` with a line for each row: name, number, note and a bar.

    Given, as a model for `columns`.
    """
    most = max((number for _, number, _ in rows), default=0) or 1
    drawn = []
    for place, (name, number, note) in enumerate(rows):
        y = 44 * place
        short = name if len(name) <= LONGEST else name[:LONGEST] + "…"
        drawn.append(
            f'<g><text class="name" x="0" y="{y + 17}">{escape(short)}</text>'
            f'<text class="number" x="100%" y="{y + 17}" text-anchor="end">{number}'
            f'<tspan class="note" dx="8">{escape(note)}</tspan></text>'
            f'<rect class="track" x="0" y="{y + 26}" width="100%" height="8" rx="4"/>'
            f'<rect class="bar" x="0" y="{y + 26}" width="{100 * number / most:.2f}%" '
            'height="8" rx="4"/></g>'
        )
    return _svg(label, max(44 * len(rows) - 6, 1), "".join(drawn))


def ring(label: str, part: int, whole: int) -> str:
    """Return an `<svg role="img">` with a circle, of which `part` in `whole` is drawn. Given."""
    percent = min(100 * part / whole, 100) if whole else 0
    circle = 'cx="60" cy="60" r="52" pathLength="100"'
    # A round end would be seen where there is nothing.
    arc = f'<circle class="arc" {circle} stroke-dasharray="{percent:.1f} 100"/>' if percent else ""
    return (
        f'<svg class="ring" viewBox="0 0 120 120" role="img" aria-label="{escape(label)}">'
        f'<circle class="track" {circle}/>{arc}</svg>'
    )


def scale(most: int) -> int:
    """Return a round even number, not smaller than `most` and at least 2. Given."""
    size = 1
    while most > 16 * size:
        size *= 10
    return next(step * size for step in (2, 4, 6, 8, 10, 12, 16) if step * size >= most)


def _svg(label: str, height: int, inside: str) -> str:
    # No viewBox: widths are in percent, so that texts keep their size on a telephone.
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="100%" height="{height}">'
        f"{inside}</svg>"
    )


def _lines(top: int) -> str:
    """The scale: a line and its number at the top and in the middle, and the base."""
    scale = "".join(
        f'<line class="grid" x1="{LEFT}%" x2="100%" y1="{y}" y2="{y}"/>'
        f'<text class="tick" x="0" y="{y + 4}">{number}</text>'
        for y, number in ((TOP, top), ((TOP + BASE) // 2, top // 2))
    )
    return scale + f'<line class="base" x1="{LEFT}%" x2="100%" y1="{BASE}" y2="{BASE}"/>'


def _column(name: str, number: int, left: float, width: float, high: float) -> str:
    """One column; its name and number are shown to whoever points at it."""
    return (
        f'<g class="column"><title>{escape(name)}: {number}</title>'
        f'<rect class="hover" x="{left:.2f}%" y="{TOP}" width="{width:.2f}%" '
        f'height="{BASE - TOP}"/>'
        f'<rect class="bar" x="{left + width * 0.14:.2f}%" y="{BASE - high:.1f}" '
        f'width="{width * 0.72:.2f}%" height="{high:.1f}" rx="3"/></g>'
    )


def _text(x: float, y: int, text: str, *, end: bool) -> str:
    anchor = "end" if end else "middle"
    return f'<text class="tick" x="{x:.2f}%" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
