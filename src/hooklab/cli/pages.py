"""A page of the course as plain Markdown, for a terminal."""

import re
from pathlib import Path
from textwrap import dedent

from hooklab.catalogue import Course
from hooklab.pages.markers import fill
from hooklab.pages.sequences import listed

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_QUIZ = re.compile(r"^<quiz>.*?^</quiz>\n?", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
# A call-out: its kind, perhaps a title, and the indented lines below it.
_CALL_OUT = re.compile(
    r'^(?:!!!|\?\?\?\+?) +(?P<kind>\w+)[^"\n]*(?:"(?P<title>[^"\n]*)")?\n'
    r"(?P<body>(?:\n| {4}.*\n?)+)",
    re.MULTILINE,
)
_LISTING = re.compile(r'^--8<-- "(?P<file>[^":]+)(?::(?P<section>\w+))?"$', re.MULTILINE)
_MARKER = re.compile(r"^.*--8<-- \[(?:start|end).*\n", re.MULTILINE)
_ATTRIBUTES = re.compile(r" *\{ *[.#:][^}\n]*\}")
# A link to another page leads nowhere from a terminal; one to another host may be clicked.
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\n]+)\]\((?!https?:)[^)\n]*\)")


def plain_page(course: Course, page: Path) -> str:
    """The text of `page` with its tables and listings, without what only the site can show.

    A rubric that cannot be read, or a function that fails, raises HooklabError.
    """
    text = page.read_text(encoding="utf-8")
    for pattern in (_FRONT_MATTER, _QUIZ):
        text = pattern.sub("", text)
    text = _CALL_OUT.sub(_quote, _COMMENT.sub("", listed(fill(course, text))))
    text = _LINK.sub(r"\g<text>", _ATTRIBUTES.sub("", text))
    return _LISTING.sub(lambda match: _listing(course.root, match), text)


def _quote(match: re.Match[str]) -> str:
    title = match["title"] or match["kind"].capitalize()
    lines = [f"**{title}**", "", *dedent(match["body"]).strip().splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def _listing(root: Path, match: re.Match[str]) -> str:
    text = (root / match["file"]).read_text(encoding="utf-8")
    if section := match["section"]:
        inside = re.search(
            rf"^.*--8<-- \[start:{section}\].*\n(.*?)^.*--8<-- \[end:{section}\]",
            text,
            re.DOTALL | re.MULTILINE,
        )
        text = inside[1] if inside else ""
    return dedent(_MARKER.sub("", text)).rstrip()
