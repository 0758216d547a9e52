"""What a statement promises, sentence by sentence, and which checks hold it.

The English page of an exercise says it in comments, which nobody sees who reads the page:

    A body over 1 MiB gets a 4xx. <!-- held by: a_body_over_one_mib_is_refused -->
    Several processes share one database. <!-- not graded: it is told, and used by other checks -->
    Clerk shows your answers. <!-- explains -->

A mark stands behind what it is about: everything since the mark before it, or since the beginning
of its paragraph, entry of a list or row of a table. Several marks in a row are about the same.
`<!-- explains -->` below a heading is about the whole section. The French page has the same shape,
paragraph by paragraph, and so the same marks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course, Exercise
from hooklab.pages.markers import MARK
from hooklab.rubric import Rubric
from hooklab.texts import LANGUAGES, _

MARKED = "en"
"""The language whose pages carry the marks."""

_SHOWN = 60
"""Characters of a sentence in a message."""


@dataclass
class Promise:
    """A sentence or more of a statement.

    Attributes:
        line: where its paragraph begins.
        says: the text.
        held_by: the ids of the checks, or of the reviewed criteria, that hold it.
        ungraded: why nothing holds it, if the author says so.
        explains: whether it promises nothing.
    """

    line: int
    says: str
    held_by: list[str] = field(default_factory=list)
    ungraded: str = ""
    explains: bool = False

    @property
    def is_decided(self) -> bool:
        """Whether the author has said what holds it."""
        return bool(self.held_by or self.ungraded or self.explains)

    def mark(self, kind: str, of: str) -> None:
        """Take what a mark says."""
        match kind:
            case "held by":
                self.held_by += [name.strip() for name in of.split(",") if name.strip()]
            case "not graded":
                self.ungraded = " ".join(of.split())
            case _:
                self.explains = True


def read(text: str) -> list[Promise]:
    """The promises of a page, in its order."""
    found: list[Promise] = []
    here, explains = 0, False
    for kind, line, content in _blocks(text):
        if kind == "heading":
            here, explains = len(found), False
        elif kind == "html":
            for mark in MARK.finditer(content):
                if len(found) > here:
                    found[-1].mark(mark["kind"], mark["of"] or "")
                else:
                    explains = explains or mark["kind"] == "explains"
        else:
            found += _split(line, content, explains=explains)
    return found


def faults(course: Course, exercise: Exercise, rubric: Rubric) -> Iterator[Problem]:
    """Promises that nobody holds, checks that nobody has promised, and pages of another shape."""
    texts = {
        language: (course.root / _place(exercise, language)).read_text(encoding="utf-8")
        for language in LANGUAGES
    }
    promises = read(texts[MARKED])
    names = [*rubric.checks, *(each.id for each in rubric.criteria if each.levels)]
    yield from _undecided(_place(exercise, MARKED), promises, names)
    held = {name for promise in promises for name in promise.held_by}
    for name in names:
        if name not in held:
            yield Problem(
                _place(exercise, MARKED),
                _("no sentence promises what “{name}” looks at").format(name=name),
                _("write it, and name the check behind it: <!-- held by: {name} -->").format(
                    name=name
                ),
            )
    yield from _other_shapes(exercise, texts)


def _undecided(place: str, promises: Iterable[Promise], names: list[str]) -> Iterator[Problem]:
    for promise in promises:
        says = _shorten(promise.says)
        if not promise.is_decided:
            yield Problem(
                f"{place}:{promise.line}",
                _("nobody knows which check holds “{sentence}”").format(sentence=says),
                _(
                    "write <!-- held by: … -->, <!-- not graded: why --> or <!-- explains --> "
                    "behind it"
                ),
            )
        for name in promise.held_by:
            if name not in names:
                yield Problem(
                    f"{place}:{promise.line}",
                    _("the rubric has no check “{name}”, which is to hold “{sentence}”").format(
                        name=name, sentence=says
                    ),
                    _("name the checks as rubric.toml does"),
                )


def _other_shapes(exercise: Exercise, texts: dict[str, str]) -> Iterator[Problem]:
    shapes = {
        language: [(kind, line) for kind, line, _text in _blocks(text) if kind != "html"]
        for language, text in texts.items()
    }
    for language, shape in shapes.items():
        if line := _first_difference(shapes[MARKED], shape):
            yield Problem(
                f"{_place(exercise, language)}:{line}",
                _("the page has another shape here than the one in course/{language}").format(
                    language=MARKED
                ),
                _("what one language promises, the other promises too, in the same place"),
            )


def _first_difference(ours: list[tuple[str, int]], theirs: list[tuple[str, int]]) -> int | None:
    """The line of `theirs` from which on the kinds are others than in `ours`."""
    for (our_kind, _line), (kind, line) in zip(ours, theirs, strict=False):
        if our_kind != kind:
            return line
    return None if len(ours) == len(theirs) else [1, *(line for _kind, line in theirs)][-1]


def _place(exercise: Exercise, language: str) -> str:
    return f"course/{language}/{exercise.page}"


def _split(line: int, content: str, *, explains: bool) -> list[Promise]:
    """The parts of a block, each with the marks behind it."""
    found: list[Promise] = []
    end = 0
    for mark in (*MARK.finditer(content), None):
        if said := content[end : mark.start() if mark else None].strip(" |\n"):
            found.append(Promise(line, said, explains=explains))
        if mark:
            end = mark.end()
            if found:
                found[-1].mark(mark["kind"], mark["of"] or "")
    return found


def _blocks(text: str) -> Iterator[tuple[str, int, str]]:
    """The kind, first line and text of each heading, comment, paragraph and row of a table."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    row: list[str] | None = None
    is_head = is_heading = False
    for token in tokens:
        match token.type:
            case "heading_open" | "heading_close":
                is_heading = token.nesting == 1
            case "thead_open" | "thead_close":
                is_head = token.nesting == 1
            case "tr_open":
                row, line = [], _line(token)
            case "tr_close":
                if row is not None and not is_head:
                    yield "row", line, " | ".join(row)
                row = None
            case "html_block":
                yield "html", _line(token), token.content
            case "inline" if row is not None:
                row.append(token.content)
            case "inline":
                yield "heading" if is_heading else "text", _line(token), token.content


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
