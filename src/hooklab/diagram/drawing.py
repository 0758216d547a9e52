"""A story as a sequence diagram: actors in columns, time downwards."""

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from hooklab.diagram import shapes
from hooklab.diagram.typesetting import LINE, label, prose
from hooklab.story import Step, Story, forgery
from hooklab.texts import _, plural

STYLE = Path(__file__).with_name("sequence.css").read_text(encoding="utf-8")

# In pixels. Columns and notes are narrower where the picture would be wider than _ROOM.
_COLUMN = 216
_TIMES = 82
_MARGIN = 12
_HEAD = (132, 34)
_NOTE = 184
_ROOM = 780
_GAP = 16
_HALF_ARROW = 6

_SMALLEST = 0.8
_NARROWEST = 0.6


def draw(story: Story, name: str, title: str) -> Element:
    """`story` as an `<svg>` element.

    Args:
        name: a word that no other picture of the page has; it makes the ids.
        title: what the picture shows, for those who do not see it.
    """
    return _Drawing(story, name, title).svg


class _Drawing:
    def __init__(self, story: Story, name: str, title: str) -> None:
        self._story = story
        times = _TIMES if any(step.when for step in story.steps) else 0
        self._left = times + _MARGIN
        wide = _NOTE + _COLUMN * max(0, len(story.actors) - 1)
        narrow = min(1.0, max(_NARROWEST, (_ROOM - self._left - _MARGIN) / wide))
        self._box = _NOTE * narrow
        self._columns = {
            actor: self._left + self._box / 2 + _COLUMN * narrow * number
            for number, actor in enumerate(story.actors)
        }
        self._width = max(self._columns.values(), default=self._left) + self._box / 2 + _MARGIN
        self.svg = Element("svg", {"class": "sequence", "role": "img", "width": f"{self._width:g}"})
        self._describe(name, title)
        self._lifelines = shapes.group(self.svg, "lifelines")
        # From where each line of life goes on; None for whoever is dead.
        self._alive: dict[str, float | None] = {}
        self._y: float = _MARGIN
        self._heads()
        for step in story.steps:
            self._step(step)
        self._end()

    def _describe(self, name: str, title: str) -> None:
        ids = {"title": f"{name}-title", "desc": f"{name}-desc"}
        self.svg.set("xmlns", "http://www.w3.org/2000/svg")
        self.svg.set("aria-labelledby", f"{ids['title']} {ids['desc']}")
        SubElement(self.svg, "title", id=ids["title"]).text = title
        SubElement(self.svg, "desc", id=ids["desc"]).text = _(
            "A sequence diagram of {actors}, with {steps}. The table beside it says the same."
        ).format(
            actors=", ".join(self._story.actors),
            steps=plural("{count} step", "{count} steps", len(self._story.steps)),
        )
        SubElement(self.svg, "style").text = STYLE

    def _heads(self) -> None:
        width = min(_HEAD[0], self._box)
        names = {actor: prose(_capital(actor), width - 8) for actor in self._columns}
        height = _HEAD[1] + LINE * (max(map(len, names.values()), default=1) - 1)
        for actor, x in self._columns.items():
            shapes.box(self.svg, "head", (x - width / 2, self._y), (width, height))
            first = self._y + (height - LINE * len(names[actor])) / 2 + 11
            shapes.text(self.svg, "actor", names[actor], (x, first))
            self._alive[actor] = self._y + height
        self._y += height + _GAP

    def _step(self, step: Step) -> None:
        top = self._y
        match step.kind:
            case "call" | "reply" | "lost":
                self._message(step)
            case "death":
                self._death(step)
            case "start":
                self._start(step)
            case "note":
                self._note(shapes.group(self.svg, "note"), step)
        if step.when:
            lines = prose(step.when, _TIMES - _MARGIN)
            shapes.text(self.svg, "when", lines, (_MARGIN, top + 10), "start")
        self._y += _GAP

    def _message(self, step: Step) -> None:
        kind = f"{step.kind} forged" if step.aside else step.kind
        parent = shapes.group(self.svg, kind)
        start, end = self._columns[step.source], self._columns[step.target]
        room = abs(end - start) - 24
        middle = (start + end) / 2
        for style, lines in (
            ("label halo", label(step.text, room)),
            ("label halo warning", label(step.aside and f"⚠ {forgery(step.aside)}", room)),
        ):
            shapes.text(parent, style, lines, (middle, self._y + 10))
            self._y += LINE * len(lines)
        self._y += _HALF_ARROW
        if step.kind == "lost":
            shapes.line(parent, "shaft", (start, self._y), (middle, self._y))
            shapes.cross(parent, middle, self._y)
        else:
            shapes.arrow(parent, start, end, self._y)

    def _death(self, step: Step) -> None:
        parent = shapes.group(self.svg, "death")
        self._y += _HALF_ARROW
        if (since := self._alive.get(step.source)) is not None:
            self._lifeline(step.source, since, self._y)
            self._alive[step.source] = None
        shapes.cross(parent, self._columns[step.source], self._y)
        self._y += 2 * _HALF_ARROW
        self._note(parent, step)

    def _start(self, step: Step) -> None:
        parent = shapes.group(self.svg, "start")
        self._note(parent, step)
        self._y += 2 * _HALF_ARROW
        shapes.triangle(parent, self._columns[step.source], self._y)
        if self._alive.get(step.source) is None:
            self._alive[step.source] = self._y

    def _note(self, parent: Element, step: Step) -> None:
        """A box with text: over the line of one actor, or over all of them."""
        if step.source:
            width, middle = self._box, self._columns[step.source]
        else:
            width = self._width - self._left - _MARGIN
            middle = self._left + width / 2
        lines = prose(step.text, width - 16)
        size = (width, LINE * len(lines) + 8)
        for kind in ("under", "box"):
            shapes.box(parent, kind, (middle - width / 2, self._y), size)
        shapes.text(parent, "said", lines, (middle, self._y + 15))
        self._y += size[1]

    def _end(self) -> None:
        for actor, since in self._alive.items():
            if since is not None:
                self._lifeline(actor, since, self._y)
        # On a narrow page it shrinks a little; beyond that it would be too small to read.
        self.svg.set("style", f"min-width:{self._width * _SMALLEST:g}px")
        height = f"{self._y + _MARGIN:g}"
        self.svg.set("height", height)
        self.svg.set("viewBox", f"0 0 {self._width:g} {height}")

    def _lifeline(self, actor: str, start: float, end: float) -> None:
        x = self._columns[actor]
        shapes.line(self._lifelines, "lifeline", (x, start), (x, end))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
