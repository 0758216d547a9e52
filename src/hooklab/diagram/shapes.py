"""The shapes of a sequence diagram, as elements of SVG."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from hooklab.diagram.typesetting import LINE

_TIP = 7
_CROSS = 6


def group(parent: Element, kind: str) -> Element:
    """A group of shapes that belong together; its class is `kind`."""
    return SubElement(parent, "g", {"class": kind})


def line(parent: Element, kind: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A line from point to point."""
    (x1, y1), (x2, y2) = start, end
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    SubElement(parent, "line", {"class": kind, **_numbers(ends)})


def box(parent: Element, kind: str, corner: tuple[float, float], size: tuple[float, float]) -> None:
    """A rectangle with round corners; `corner` is its upper left one."""
    place = {"x": corner[0], "y": corner[1], "width": size[0], "height": size[1], "rx": 5}
    SubElement(parent, "rect", {"class": kind, **_numbers(place)})


def text(
    parent: Element,
    kind: str,
    lines: Iterable[str],
    at: tuple[float, float],
    anchor: str = "middle",
) -> None:
    """Lines of text, one below the other; `at` is on the base of the first."""
    for number, each in enumerate(lines):
        place = _numbers({"x": at[0], "y": at[1] + number * LINE})
        attributes = {"class": kind, "text-anchor": anchor, **place}
        SubElement(parent, "text", attributes).text = each


def arrow(parent: Element, start: float, end: float, y: float) -> None:
    """A line with a tip at `end`."""
    line(parent, "shaft", (start, y), (end, y))
    back = end - _TIP if end > start else end + _TIP
    outline = f"M{end:g} {y:g}L{back:g} {y - _TIP / 2 - 1:g}V{y + _TIP / 2 + 1:g}Z"
    SubElement(parent, "path", {"class": "tip", "d": outline})


def cross(parent: Element, x: float, y: float) -> None:
    """The end of something: two short lines across each other."""
    d = _CROSS
    strokes = f"M{x - d:g} {y - d:g}l{2 * d} {2 * d}m0 {-2 * d}l{-2 * d} {2 * d}"
    SubElement(parent, "path", {"d": strokes})


def triangle(parent: Element, x: float, y: float) -> None:
    """A beginning: a small triangle that points downwards."""
    d = _CROSS
    SubElement(parent, "path", {"d": f"M{x - d:g} {y - d:g}h{2 * d}l{-d} {2 * d}Z"})


def _numbers(values: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in values.items()}
