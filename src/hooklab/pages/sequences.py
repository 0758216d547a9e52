"""Sequence diagrams on the pages of the course, from a fence that says who does what to whom.

```sequence
What the diagram shows
Svix | your app | the database
[0 s] Svix -> your app: a call
your app --> Svix: its reply
your app --x Svix: a reply that is lost
note your app: about one of them
note: about everybody
death your app: its process ends
start your app: and starts again
```
"""

import re
from collections.abc import Callable, Iterator
from itertools import count
from xml.etree.ElementTree import tostring

from hooklab.diagram import figure
from hooklab.errors import HooklabError
from hooklab.pages.cells import cell, table
from hooklab.story import Kind, Step, Story, rows
from hooklab.texts import _

_FENCE = re.compile(r"^```sequence\n(?P<source>.*?)^```$", re.DOTALL | re.MULTILINE)
_STEP = re.compile(
    r"(?:\[(?P<when>[^]]+)\] +)?"
    r"(?:(?P<source>.+?) +(?P<arrow>-->|->|--x) +(?P<target>[^:]+?)"
    r"|(?P<kind>note|death|start)(?: +(?P<about>[^:]+?))?)"
    r"[ \u00a0]?: +(?P<text>.+)"
)
_ARROWS: dict[str, Kind] = {"->": "call", "-->": "reply", "--x": "lost"}
_KINDS: dict[str, Kind] = {"note": "note", "death": "death", "start": "start"}


def drawn(text: str) -> str:
    """`text` of a page with each fence as a picture, for the site.

    HooklabError names the line of a fence that is wrong.
    """
    numbers = count(1)

    def picture(title: str, story: Story) -> str:
        element = figure(story, f"sequence-{next(numbers)}", title, is_open=False)
        html = tostring(element, encoding="unicode", method="html")
        # HTML in Markdown is a block without empty lines.
        return _titled(title, html.replace("\n", " "))

    return _replaced(text, picture)


def listed(text: str) -> str:
    """`text` of a page with each fence as a table, for a terminal; HooklabError as for `drawn`."""

    def words(title: str, story: Story) -> str:
        cells = (tuple(cell(each) for each in row) for row in rows(story))
        return _titled(title, table((_("Time"), _("Who"), _("What")), cells, left={0, 1, 2}))

    return _replaced(text, words)


def _replaced(text: str, shown: Callable[[str, Story], str]) -> str:
    return _FENCE.sub(lambda match: shown(*_read(match["source"])), text)


def _titled(title: str, below: str) -> str:
    return f"*{title}*\n\n{below}"


def _read(source: str) -> tuple[str, Story]:
    title, actors, *lines = [*source.splitlines(), "", ""]
    names = tuple(name.strip() for name in actors.split("|"))
    return title, Story(names, tuple(_steps(names, [line for line in lines if line])))


def _steps(actors: tuple[str, ...], lines: list[str]) -> Iterator[Step]:
    for line in lines:
        found = _STEP.fullmatch(line)
        if not found:
            raise HooklabError(
                _("“{line}” is no step of a sequence").format(line=line),
                _("write “who -> whom: what”, “who --> whom: what” or “note who: what”"),
            )
        who = [found[name] for name in ("source", "target", "about") if found[name]]
        if unknown := set(who) - set(actors):
            raise HooklabError(
                _("“{name}” takes no part in the sequence").format(name=unknown.pop()),
                _("choose one of: {names}").format(names=", ".join(actors)),
            )
        yield Step(
            _ARROWS[found["arrow"]] if found["arrow"] else _KINDS[found["kind"]],
            found["text"],
            found["source"] or found["about"] or "",
            found["target"] or "",
            found["when"] or "",
        )
