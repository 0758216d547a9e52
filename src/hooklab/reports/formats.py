"""Every form that a scorecard can take, by the name that the command line knows."""

import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Literal

from hooklab.reports import classroom50, gradescope, html, json, junit, markdown, svg
from hooklab.reports.text import print_scorecard
from hooklab.scorecard import Scorecard

Format = Literal["text", "json", "junit", "markdown", "svg", "html", "gradescope", "classroom50"]


_ENDINGS: dict[str, Format] = {
    ".json": "json",
    ".xml": "junit",
    ".md": "markdown",
    ".svg": "svg",
    ".html": "html",
    ".htm": "html",
}


def of_ending(file: Path | None) -> Format:
    """The form that a file's ending asks for; text for any other, and without a file."""
    return _ENDINGS.get(file.suffix.lower(), "text") if file else "text"


def render(card: Scorecard, form: Format) -> str:
    """`card` in the form called `form`; it ends with a newline."""
    return WRITERS[form](card)


def _text(card: Scorecard) -> str:
    text = StringIO()
    print_scorecard(card, file=text)
    return text.getvalue()


def _classroom50(card: Scorecard) -> str:
    return classroom50.write(card, classroom50.handover_of(os.environ))


WRITERS: dict[Format, Callable[[Scorecard], str]] = {
    "text": _text,
    "json": json.write,
    "junit": junit.write,
    "markdown": markdown.write,
    "svg": svg.write,
    "html": html.write,
    "gradescope": gradescope.write,
    "classroom50": _classroom50,
}
