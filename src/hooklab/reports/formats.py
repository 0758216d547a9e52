"""Every form that a scorecard can take, by the name that the command line knows."""

from collections.abc import Callable
from io import StringIO
from typing import Literal

from hooklab.reports import json, junit, markdown, svg
from hooklab.reports.text import print_scorecard
from hooklab.scorecard import Scorecard

Format = Literal["text", "json", "junit", "markdown", "svg"]


def render(card: Scorecard, form: Format) -> str:
    """`card` in the form called `form`; it ends with a newline."""
    return WRITERS[form](card)


def _text(card: Scorecard) -> str:
    text = StringIO()
    print_scorecard(card, file=text)
    return text.getvalue()


WRITERS: dict[Format, Callable[[Scorecard], str]] = {
    "text": _text,
    "json": json.write,
    "junit": junit.write,
    "markdown": markdown.write,
    "svg": svg.write,
}
