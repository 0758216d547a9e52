"""A picture of a story with the same story as a table beside it, for any page."""

from xml.etree.ElementTree import Element

from hooklab.diagram.drawing import draw
from hooklab.elements import add, add_table
from hooklab.story import Story, rows
from hooklab.texts import _


def figure(story: Story, name: str, title: str, *, is_open: bool) -> Element:
    """`story` for those who see it and for those who do not.

    Args:
        name: a word that no other picture of the page has.
        title: what the picture shows.
        is_open: whether the table is to be seen from the beginning.
    """
    both = Element("div", {"class": "story"})
    # Somebody without a mouse scrolls it with the arrow keys.
    frame = add(add(both, "figure"), "div", kind="frame", tabindex="0", role="group")
    frame.set("aria-label", _("Sequence diagram"))
    frame.append(draw(story, name, title))
    words = add(both, "details", kind="steps", **({"open": ""} if is_open else {}))
    add(words, "summary", _("Step by step"))
    body = add_table(words, (_("Time"), _("Who"), _("What")))
    for texts in rows(story):
        row = add(body, "tr")
        for text in texts:
            add(row, "td", text)
    return both
