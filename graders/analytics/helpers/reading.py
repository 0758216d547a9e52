"""Reading a page as a browser and a screen reader do: elements, names, tables."""

import re
from html.parser import HTMLParser

NO_END = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(NO_END.split())
# What an opening tag closes by itself, as HTML allows.
ENDS = {
    "tr": {"tr", "td", "th"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "thead": {"caption"},
    "tbody": {"thead", "tbody", "tr", "td", "th"},
    "li": {"li"},
    "p": {"p"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
}
DRAWN = "circle ellipse foreignobject image line path polygon polyline rect text use"
SHAPES = tuple(DRAWN.split())
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Element:
    """An element: its tag, its attributes, what is in it."""

    def __init__(self, tag, attributes, parent=None):
        self.tag = tag
        self.attributes = {name: value or "" for name, value in attributes}
        self.parent = parent
        self.content = []

    def all(self, *tags):
        """Every element below this one, in order; with `tags`, only these."""
        for each in self.content:
            if isinstance(each, Element):
                if not tags or each.tag in tags:
                    yield each
                yield from each.all(*tags)

    @property
    def text(self):
        """The text in it, white space folded; scripts and styles have none."""
        return " ".join(" ".join(self._texts()).split())

    def _texts(self):
        for each in self.content:
            if isinstance(each, str):
                yield each
            elif each.tag not in ("script", "style"):
                yield from each._texts()


class Page(HTMLParser):
    """A page as a tree."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.root = self._open = Element("", [])
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        while self._open.tag in ENDS.get(tag, ()):
            self._open = self._open.parent
        element = Element(tag, attributes, self._open)
        self._open.content.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag, attributes):
        self._open.content.append(Element(tag, attributes, self._open))

    def handle_endtag(self, tag):
        opened = self._open
        while opened.parent and opened.tag != tag:
            opened = opened.parent
        if opened.parent:
            self._open = opened.parent

    def handle_data(self, data):
        self._open.content.append(data)

    def by_id(self, name):
        """The element with this id, or None."""
        return next((each for each in self.root.all() if each.attributes.get("id") == name), None)

    def name(self, element):
        """The accessible name of a graphic, a table or a region; empty without one."""
        attributes = element.attributes
        if attributes.get("aria-label", "").strip():
            return attributes["aria-label"].strip()
        others = map(self.by_id, attributes.get("aria-labelledby", "").split())
        named = " ".join(other.text for other in others if other)
        if named or element.tag == "img":
            return named or attributes.get("alt", "").strip()
        wanted = {"svg": "title", "table": "caption", "figure": "figcaption"}.get(element.tag)
        inside = [each for each in element.content if isinstance(each, Element)]
        return next((each.text for each in inside if each.tag == wanted), "")


def graphics(element):
    """The graphics in an element."""
    return [
        each
        for each in element.all()
        if each.attributes.get("role") in ("img", "graphics-document")
        # An empty `alt` says that there is nothing to see.
        or (each.tag == "img" and each.attributes.get("alt") != "")
    ]


def rows(table):
    """The rows of a table that have a number: pairs of the first cell's text and the number."""
    found = []
    for row in table.all("tr"):
        cells = [each.text for each in row.content if isinstance(each, Element)]
        digits = re.sub(r"[\s.,'\u00a0\u202f\u2019]", "", cells[1]) if len(cells) > 1 else ""
        if digits.isdecimal():
            found.append((cells[0], int(digits)))
    return found


# What a link of this kind leads to is loaded by nobody who does not follow it.
FOLLOWED = {"alternate", "author", "canonical", "help", "license", "me", "next", "prev", "search"}


def loads(page):
    """The addresses that the page loads by itself, and those in its inline styles."""
    for each in page.root.all():
        kinds = set(each.attributes.get("rel", "").lower().split())
        if each.tag == "link" and kinds and kinds <= FOLLOWED:
            continue
        names = {"link": ("href",), "use": ("href", "xlink:href"), "image": ("href", "xlink:href")}
        names = (*names.get(each.tag, ()), "src", "srcset", "poster", "background")
        names += ("data",) if each.tag == "object" else ()
        names += ("href",) if each.tag == "base" else ()
        yield from (each.attributes[name] for name in names if name in each.attributes)
        yield from addresses(each.attributes.get("style", ""))
        if each.tag == "style":
            yield from addresses("".join(filter(lambda part: isinstance(part, str), each.content)))


def addresses(css):
    """The addresses in a style sheet."""
    found = re.findall(r"""url\(\s*['"]?([^'")]*)|@import\s+['"]([^'"]*)""", css, re.IGNORECASE)
    return [url or imported for url, imported in found]


def css_of(page):
    """The text of the page's own style sheets."""
    styles = page.root.all("style")
    return "\n".join(part for each in styles for part in each.content if isinstance(part, str))
