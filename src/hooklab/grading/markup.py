"""HTML in pieces: tags and text, in time proportional to its length, whatever it is like.

Python's own parser looks through the rest of a page again for each tag that nobody closed, and
stumbles over numbers without end. This follows the tokenizer of the standard
(https://html.spec.whatwg.org/multipage/parsing.html#tokenization) as far as a page of a course
needs it: each character is looked at a fixed number of times.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z][^\t\n\f\r />]*")
_BETWEEN = re.compile(r"[\t\n\f\r /]*")
# An equals sign at its beginning belongs to the name of an attribute.
_ATTRIBUTE = re.compile(r"=?[^\t\n\f\r />=]*")
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_BARE = re.compile(r"[^\t\n\f\r >]*")
_LONG_NUMBER = re.compile(r"&#(?:[xX][0-9a-fA-F]{8,}|[0-9]{10,});?")

# Their content is text up to their own end tag; in the first ones, references mean characters.
_TEXT_ONLY = {"title": True, "textarea": True, "script": False, "style": False}
_TEXT_ONLY_ENDS = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _TEXT_ONLY
}


@dataclass(frozen=True)
class Tag:
    """A tag.

    Attributes:
        name: in lower case.
        attributes: names in lower case, the first of each; one without a value is "".
        opens: whether it begins an element.
        closes: whether it ends one; `<br/>` does both.
    """

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    opens: bool = True
    closes: bool = False


def tokens(page: str) -> Iterator[Tag | str]:
    """The tags of `page` and the texts between them; comments are left out."""
    at = 0
    while at < len(page):
        mark = page.find("<", at)
        if mark < 0:
            yield _unescape(page[at:])
            return
        if mark > at:
            yield _unescape(page[at:mark])
        name = _NAME.match(page, mark + 1)
        end_name = _NAME.match(page, mark + 2) if page.startswith("/", mark + 1) else None
        if name:
            tag, at = _tag(page, name)
            if tag is None:
                return
            yield tag
            if tag.name in _TEXT_ONLY and not tag.closes:
                text, at = _text_only(page, at, tag.name)
                yield text
        elif end_name:
            tag, at = _tag(page, end_name)
            if tag is None:
                return
            yield Tag(tag.name, opens=False, closes=True)
        elif page[mark + 1 : mark + 2] in ("!", "?", "/") and mark + 2 < len(page):
            at = _after_comment(page, mark)
        else:
            yield "<"
            at = mark + 1


def _tag(page: str, name: re.Match[str]) -> tuple[Tag | None, int]:
    """The tag that begins with `name`, and where it ends; None when the page ends before it."""
    attributes: dict[str, str] = {}
    at = name.end()
    while True:
        between = _BETWEEN.match(page, at)
        at = between.end() if between else at
        if at >= len(page):
            return None, at
        if page[at] == ">":
            return Tag(name[0].lower(), attributes, closes=page[at - 1] == "/"), at + 1
        key = _ATTRIBUTE.match(page, at)
        at = key.end() if key else at
        value = ""
        if equals := _EQUALS.match(page, at):
            value, at = _value(page, equals.end())
            if at < 0:
                return None, len(page)
        attributes.setdefault((key[0] if key else "").lower(), value)


def _value(page: str, at: int) -> tuple[str, int]:
    """The value of an attribute that begins at `at`, and where it ends; -1 when it does not."""
    quote = page[at : at + 1]
    if quote in ('"', "'") and quote:
        end = page.find(quote, at + 1)
        return ("", -1) if end < 0 else (_unescape(page[at + 1 : end]), end + 1)
    bare = _BARE.match(page, at)
    end = bare.end() if bare else at
    return _unescape(page[at:end]), end


def _text_only(page: str, at: int, name: str) -> tuple[str, int]:
    end = _TEXT_ONLY_ENDS[name].search(page, at)
    stop = end.start() if end else len(page)
    text = page[at:stop]
    return (_unescape(text) if _TEXT_ONLY[name] else text), stop


def _after_comment(page: str, mark: int) -> int:
    if page.startswith("<!--", mark):
        # `<!-->` is whole, as browsers see it.
        end = page.find("-->", mark + 2)
        return len(page) if end < 0 else end + 3
    end = page.find(">", mark)
    return len(page) if end < 0 else end + 1


def _unescape(text: str) -> str:
    return html.unescape(_LONG_NUMBER.sub("\N{REPLACEMENT CHARACTER}", text))
