"""The traps of the course as pages: found by what one sees, with cause, remedy and a real mistake.

`course/data/mistakes/index.toml` lists the groups, and each has its entries in a file beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import relpath
from textwrap import indent

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.pages import first_lines, wrong_code
from hooklab.pages.headings import section
from hooklab.texts import _, pick
from hooklab.toml import Table, first_repeated, read_table

FOLDER = "mistakes"
"""Where the pages are below `course/<language>/`: one for each group, and an index."""

_INDENT = " " * 4


@dataclass(frozen=True)
class Trap:
    """One common mistake.

    Attributes:
        id: its number in the list of traps, such as T07.
        symptom: what one sees, or the text of the error as people search for it.
        cause: why it happens.
        remedy: what to do.
        section: the section that teaches it, as `hooklab.pages.headings` names it.
        checks: those that catch it, as `slug/check`; none when no check can see it.
        mistake: the known mistake whose diff is shown, as `slug/name`; "" for none.
    """

    id: str
    symptom: Mapping[str, str]
    cause: Mapping[str, str]
    remedy: Mapping[str, str]
    section: str
    checks: tuple[str, ...]
    mistake: str


def groups(course: Course) -> tuple[str, ...]:
    """The names of the groups, in order; each is the name of a page too."""
    table = read_table(_data(course) / "index.toml")
    table.only("groups")
    return tuple(table.get("groups", list))


def pages(course: Course) -> list[str]:
    """The pages below `course/<language>/`, the index first; none where nothing is kept."""
    if not _data(course).is_dir():
        return []
    return [f"{FOLDER}/{name}.md" for name in ("index", *groups(course))]


def traps(course: Course, group: str) -> tuple[Trap, ...]:
    """The entries of a group, in order; anything wrong in its file raises HooklabError."""
    table = read_table(_data(course) / f"{group}.toml")
    table.only("entry")
    found = tuple(_trap(each) for each in table.tables("entry"))
    if repeated := first_repeated(trap.id for trap in found):
        raise table.refuse(
            _("“{id}” stands there twice").format(id=repeated), _("remove one of them")
        )
    return found


def group_page(course: Course, group: str) -> str:
    """All entries of a group, each below its symptom, in the language in use."""
    return "\n\n".join("\n".join(_lines(course, trap)) for trap in traps(course, group))


def symptom_list(course: Course) -> str:
    """Every symptom as a link to its entry, group by group, in the language in use."""
    return "\n\n".join(_links(course, group) for group in groups(course))


def _links(course: Course, group: str) -> str:
    title = first_lines.title(course, f"{FOLDER}/{group}.md")
    entries = (
        f"- [{pick(trap.symptom)}]({group}.md#{trap.id.lower()})" for trap in traps(course, group)
    )
    return "\n".join((f"**[{title}]({group}.md)**", "", *entries))


def _lines(course: Course, trap: Trap) -> Iterator[str]:
    try:
        taught = section(course.root, trap.section).link(FOLDER)
        caught = [_check(course, each) for each in trap.checks]
    except HooklabError as error:
        raise HooklabError(f"{trap.id}{_(': ')}{error.what}", error.hint) from None
    yield f"## {pick(trap.symptom)} {{ #{trap.id.lower()} }}"
    yield ""
    yield f"- **{_('Cause')}**{_(': ')}{pick(trap.cause)}"
    yield f"- **{_('Remedy')}**{_(': ')}{pick(trap.remedy)}"
    yield f"- **{_('Read on')}**{_(': ')}{taught}"
    yield f"- **{_('Caught by')}**{_(': ')}{', '.join(caught) or _('nothing, no check can see it')}"
    if trap.mistake:
        title = _("A real mistake of this kind, as it differs from a solution")
        yield from _folded(title, "diff", wrong_code.diff(course, trap.mistake))
        if said := wrong_code.message(course, trap.mistake):
            yield from _folded(_("What the grader says to it"), "text", said)


def _folded(title: str, kind: str, text: str) -> Iterator[str]:
    # Closed at first: it shows lines of a solution.
    yield f'\n??? example "{title}"\n'
    # Four signs, since a message may hold three.
    yield indent(f"````{kind}\n{text}\n````", _INDENT)


def _check(course: Course, name: str) -> str:
    slug, _slash, check = name.partition("/")
    exercise = course.exercise(slug)
    titles = {
        each.id: each.title
        for criterion in rubric.load(course.grader(slug)).criteria
        for each in criterion.checks
    }
    if check not in titles:
        raise HooklabError(
            _("{slug} has no check “{id}”").format(slug=slug, id=check),
            _("choose one of: {ids}").format(ids=", ".join(titles)),
        )
    link = f"[{pick(exercise.title)}]({relpath(exercise.page, FOLDER)})"
    return f"{_('“{name}”').format(name=pick(titles[check]))} ({link})"


def _data(course: Course) -> Path:
    return course.root / "course" / "data" / "mistakes"


def _trap(table: Table) -> Trap:
    table.only("id", "symptom", "cause", "remedy", "section", "checks", "mistake")
    return Trap(
        id=table.get("id", str),
        symptom=table.text("symptom"),
        cause=table.text("cause"),
        remedy=table.text("remedy"),
        section=table.get("section", str),
        checks=tuple(table.get("checks", list)),
        mistake=table.get("mistake", str, ""),
    )
