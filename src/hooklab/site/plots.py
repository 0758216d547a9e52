"""Figures of the notebooks, as a page shows them: inline, in the theme's colours, and described."""

import re
from html import escape
from typing import Any

from hooklab.errors import HooklabError
from hooklab.texts import LANGUAGES, _, language

SVG = "image/svg+xml"
"""The type of output that is shown as a figure."""

_ID = re.compile(r'(\bid="|xlink:href="#|url\(#)')
_BEFORE = re.compile(r"^.*?(?=<svg\b)|<metadata>.*?</metadata>", re.DOTALL)
_BLACK = re.compile(r"#000000\b")


def figure(svg: str, cell: Any, name: str) -> str:
    """The drawing `svg` that came out of a notebook's `cell`, as one line of HTML.

    What is black in it takes the colour of the text around it. Its ids begin with that of the cell,
    since all figures of a page share one name space.

    Raises:
        HooklabError: the cell's metadata hold no alternative text in every language.
    """
    alternatives = cell.metadata.get("alt", {})
    if set(alternatives) != set(LANGUAGES):
        raise HooklabError(
            _("{name}: the figure of the cell “{cell}” is not described in every language").format(
                name=name, cell=cell.id
            ),
            _("write what it shows into the cell's metadata: {example}").format(
                example='{"alt": {"en": "…", "fr": "…"}}'
            ),
        )
    drawing = _ID.sub(rf"\g<1>{cell.id}-", _BLACK.sub("currentColor", _BEFORE.sub("", svg)))
    described = escape(alternatives[language()])
    # Markdown takes HTML as it is when it is a block without empty lines.
    line = " ".join(drawing.split())
    return f'<figure class="plot" role="img" aria-label="{described}">{line}</figure>'
