"""Reading a page as people and screen readers do: by roles, names and text, not by its layout."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from hooklab.grading.failure import CheckFailed
from hooklab.grading.markup import Tag, tokens
from hooklab.texts import _

# HTML, "Void elements": they have no content and no end tag.
VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)

# What nobody reads.
UNREAD = frozenset({"script", "style", "template", "noscript", "title", "head"})

# HTML, "Optional tags": these end whichever of the others is open.
ENDS = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
    "optgroup": {"option", "optgroup"},
    "tr": {"tr", "td", "th"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tbody": {"thead", "tbody", "tr", "td", "th"},
    "tfoot": {"thead", "tbody", "tr", "td", "th"},
    **{tag: {"p"} for tag in ("p", "div", "table", "ul", "ol", "dl", "form", "section", "pre")},
}
# How far up an omitted end tag may lie.
SCOPES = frozenset({"table", "ul", "ol", "dl", "select", "html", "body"})

# A page must not keep the trusted side busy. What is nested deeper lies side by side, what comes
# later is not read.
DEEPEST = 200
MOST_ELEMENTS = 30_000
LONGEST = 1024 * 1024

# Names refer to labels, these hold pictures with names: looking can take more steps than there are
# elements, by any factor. A page of a course takes some thousand.
MOST_STEPS = 1_000_000


class _Steps:
    """How many steps all the looking at one page has taken."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, count: int = 1) -> None:
        """Count steps; too many fail the check."""
        self._taken += count
        if self._taken > MOST_STEPS:
            raise CheckFailed(
                _("a page that can be read"), _("it is so entangled that reading it does not end")
            )


# HTML Accessibility API Mappings, as far as the pages of a course need it.
ROLES = {
    "button": "button",
    "summary": "button",
    "table": "table",
    "tr": "row",
    "td": "cell",
    "thead": "rowgroup",
    "tbody": "rowgroup",
    "ul": "list",
    "ol": "list",
    "li": "listitem",
    "main": "main",
    "nav": "navigation",
    "form": "form",
    "select": "combobox",
    "textarea": "textbox",
    "img": "img",
    "output": "status",
    "meter": "meter",
    "progress": "progressbar",
    "dialog": "dialog",
    **{f"h{level}": "heading" for level in range(1, 7)},
}
INPUTS = {
    "submit": "button",
    "button": "button",
    "reset": "button",
    "image": "button",
    "checkbox": "checkbox",
    "radio": "radio",
    "search": "searchbox",
    "number": "spinbutton",
    "range": "slider",
}
NAMED_BY_CONTENT = frozenset(
    {"button", "link", "heading", "cell", "columnheader", "rowheader", "row", "listitem", "option"}
)


class Element:
    """An element of a page.

    Attributes:
        tag: in lower case.
        attributes: names in lower case; one without a value is "".
        parent: None for the page itself.
        children: elements and pieces of text.
    """

    def __init__(self, tag: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []
        self._steps: _Steps = parent._steps if parent else _Steps()

    def __repr__(self) -> str:
        return f"<{self.tag} {self.attributes}>"

    def walk(self) -> Iterator["Element"]:
        """Itself and every element in it, in the order of the text."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            self._steps.take()
            yield element
            waiting.extend(
                child for child in reversed(element.children) if isinstance(child, Element)
            )

    @property
    def text(self) -> str:
        """What is to be read in it, with single spaces."""
        return self._read()

    @property
    def is_hidden(self) -> bool:
        """Whether it, or what it is in, is hidden from everybody."""
        element: Element | None = self
        while element is not None and "hidden" not in element.attributes:
            element = element.parent
        return element is not None

    @property
    def role(self) -> str:
        """What it is to a screen reader; "" for what is nothing special."""
        if explicit := self.attributes.get("role", "").split():
            return explicit[0]
        match self.tag:
            case "a":
                return "link" if "href" in self.attributes else ""
            case "th":
                return "rowheader" if self.attributes.get("scope") == "row" else "columnheader"
            case "input":
                kind = self.attributes.get("type", "text").lower()
                return "" if kind == "hidden" else INPUTS.get(kind, "textbox")
            case "section":
                return "region" if self.name else ""
        return ROLES.get(self.tag, "")

    @property
    def name(self) -> str:
        """What it is called: by a label, a caption, a legend, or by its content."""
        return " ".join((self._labelled() or self._own_name()).split())

    def find_all(
        self, *, role: str = "", tag: str = "", name: str = "", **attributes: str
    ) -> list["Element"]:
        """The elements in it with this role, tag, accessible name and these attributes.

        An underscore in an attribute's name stands for a hyphen; one at its end is left out, as in
        `type_="date"`. `rel` and `class_` need to be among several words only.
        """
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            each
            for each in self.walk()
            if each is not self
            and (not tag or each.tag == tag)
            and all(_has(each, key, value) for key, value in wanted.items())
            and (not role or each.role == role)
            and (not name or each.name == name)
        ]

    def find(self, *, what: str = "", **wanted: Any) -> "Element":
        """The first of `find_all`; a page without any fails the check.

        Args:
            what: how messages call it; by what is wanted when not given.
        """
        if found := self.find_all(**wanted):
            return found[0]
        described = ", ".join(f"{key.rstrip('_')} = “{value}”" for key, value in wanted.items())
        raise CheckFailed(
            _("on the page: {what}").format(what=what or described),
            _("the page reads: {text}").format(text=self.root.shortened),
        )

    @property
    def root(self) -> "Element":
        """The page that it is on."""
        element = self
        while element.parent is not None:
            element = element.parent
        return element

    @cached_property
    def by_id(self) -> dict[str, "Element"]:
        """The elements in it by their ids."""
        return {each.attributes["id"]: each for each in self.walk() if "id" in each.attributes}

    @cached_property
    def labels(self) -> dict[str, "Element"]:
        """The labels in it by the ids of what they are `for`."""
        labels = [each for each in self.walk() if each.tag == "label"]
        return {each.attributes.get("for", ""): each for each in labels}

    @property
    def shortened(self) -> str:
        """The beginning of its text."""
        text = self.text
        return text if len(text) <= 500 else text[:500] + " […]"

    def closest(self, tag: str) -> "Element | None":
        """Itself or the nearest element around it with this tag."""
        element: Element | None = self
        while element is not None and element.tag != tag:
            element = element.parent
        return element

    def _read(self, *, aloud: bool = False) -> str:
        """Its text; aloud, pictures have names, and what is for eyes only is left out."""
        pieces: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            part = waiting.pop()
            self._steps.take()
            if isinstance(part, str):
                self._steps.take(len(part) // 10)
                pieces.append(part)
            elif aloud and part is not self and part.attributes.get("aria-hidden") == "true":
                continue
            elif aloud and part is not self and part.tag in ("img", "svg") and part.name:
                pieces.append(f" {part.name} ")
            elif part is self or (part.tag not in UNREAD and "hidden" not in part.attributes):
                waiting.extend(reversed(part.children))
                # Blocks and cells that touch are not one word.
                pieces.append("" if part.tag in ("b", "i", "em", "strong", "span", "a") else " ")
        return " ".join("".join(pieces).split())

    def _labelled(self) -> str:
        if ids := self.attributes.get("aria-labelledby", "").split():
            by_id = self.root.by_id
            return " ".join(by_id[each].text for each in ids if each in by_id)
        if label := self.attributes.get("aria-label", "").strip():
            return label
        if self.tag in ("input", "select", "textarea", "meter", "output", "progress"):
            return self._label()
        return ""

    def _label(self) -> str:
        own = self.attributes.get("id")
        label = self.root.labels.get(own) if own else None
        label = label or self.closest("label")
        return label.text if label else ""

    def _own_name(self) -> str:
        inside = {"table": "caption", "fieldset": "legend", "figure": "figcaption", "svg": "title"}
        if self.tag in inside:
            found = [each for each in self.walk() if each.tag == inside[self.tag]]
            return found[0].text if found else ""
        if self.tag == "img":
            return self.attributes.get("alt", "")
        if self.tag == "input":
            is_button = self.role == "button"
            return self.attributes.get("value" if is_button else "title", "")
        # A section without a name has no role: asking for its role would go round in circles.
        is_named_by_content = self.tag != "section" and self.role in NAMED_BY_CONTENT
        said = self._read(aloud=True) if is_named_by_content else ""
        return said or self.attributes.get("title", "")


def read_page(html: str) -> Element:
    """The page in `html`, as far as its first MiB goes; whatever it is like, something is read."""
    reader = _Reader()
    for token in tokens(html[:LONGEST]):
        reader.take(token)
    return reader.page


class _Reader:
    def __init__(self) -> None:
        self.page = Element("#page", {}, None)
        self._open = self.page
        self._tags: Counter[str] = Counter()
        self._count = 0

    def take(self, token: Tag | str) -> None:
        if isinstance(token, str):
            self._open.children.append(token)
            return
        if token.opens and self._count < MOST_ELEMENTS:
            self._begin(token)
        if token.closes:
            self._end(token.name)

    def _begin(self, tag: Tag) -> None:
        self._count += 1
        self._end_what_is_left_open(tag.name)
        element = Element(tag.name, tag.attributes, self._open)
        self._open.children.append(element)
        if tag.name not in VOID and self._tags.total() < DEEPEST:
            self._open = element
            self._tags[tag.name] += 1

    def _end(self, name: str) -> None:
        found = self._open.closest(name) if self._tags[name] else None
        if found is not None:
            self._leave(found)

    def _end_what_is_left_open(self, tag: str) -> None:
        ends = {each for each in ENDS.get(tag, ()) if self._tags[each]}
        element, last = self._open, None
        while ends and element.parent is not None and element.tag not in SCOPES:
            if element.tag in ends:
                last = element
            element = element.parent
        if last is not None:
            self._leave(last)

    def _leave(self, element: Element) -> None:
        left = False
        while not left and self._open.parent is not None:
            left = self._open is element
            self._tags[self._open.tag] -= 1
            self._open = self._open.parent


def _has(element: Element, attribute: str, value: str) -> bool:
    found = element.attributes.get(attribute)
    if found is None:
        return False
    return value in found.split() if attribute in ("rel", "class") else found == value
