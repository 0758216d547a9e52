"""Elements of a page, one by one: whatever text they are given stays text."""

from xml.etree.ElementTree import Element, SubElement

# A page is read by a person: what no one reads to its end only makes it slow.
LONGEST_TEXT = 20_000


def add(parent: Element, tag: str, text: str = "", kind: str = "", **attributes: str) -> Element:
    """A new element at the end of `parent`.

    Args:
        text: what stands in it; a long one is cut.
        kind: its class.
    """
    element = SubElement(parent, tag, {"class": kind, **attributes} if kind else attributes)
    element.text = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " […]"
    return element


def add_table(parent: Element, header: tuple[str, ...], kind: str = "") -> Element:
    """A table with a row of headings; where its rows go."""
    table = add(parent, "table", kind=kind)
    row = add(add(table, "thead"), "tr")
    for title in header:
        add(row, "th", title, scope="col")
    return add(table, "tbody")


def add_mark(parent: Element, mark: str, meaning: str) -> None:
    """A sign for the eye, with its meaning for those who do not see it."""
    add(parent, "span", mark, **{"aria-hidden": "true"})
    add(parent, "span", meaning, kind="unseen")
