"""`hooklab compare`: an answer beside the solution, TODO by TODO."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from hooklab import todos
from hooklab.authoring import cutter
from hooklab.authoring.folders import files
from hooklab.catalogue import Course
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Lang, Slug, course, require_solution
from hooklab.cli.speaking import output
from hooklab.program import as_typed
from hooklab.reports.clean import clean
from hooklab.reports.folding import write_code, write_to_copy
from hooklab.texts import _

_STYLES = {"+": "green", "-": "red", "@": "dim"}
_GAP = "  […]"


@dataclass(frozen=True)
class Difference:
    """Where an answer and the solution part.

    Attributes:
        number: the TODO that asks for it; None when none does.
        place: the function or statement, or nothing for a whole file.
        file: relative to the exercise's folder.
        lines: a unified diff: what the answer has begins with “-”, the solution's with “+”.
    """

    number: int | None
    place: str
    file: str
    lines: tuple[str, ...]


def command(slug: Slug, lang: Lang = None) -> None:
    """Show your answer and the solution, one TODO after the other.

    Before every check is earned, ask twice: the first time nothing is shown.
    """
    here = course()
    here.exercise(slug)
    require_solution(here, slug)
    memory = Memory(here.root)
    if may_see(memory, slug):
        show(here, slug, output())
    else:
        console = output()
        console.print(_("Not every check is earned yet, and the solution tells everything."))
        anyway = _("To see it anyway: hooklab compare {slug}").format(slug=slug)
        write_to_copy(console, as_typed(anyway))


def may_see(memory: Memory, slug: str) -> bool:
    """Whether somebody may see the solution: with every check earned, or asking again."""
    if memory.is_complete(slug) or memory.has_asked(slug):
        return True
    memory.keep_asked(slug)
    return False


def show(course: Course, slug: str, console: Console) -> None:
    """Print what differs, TODO by TODO."""
    found = list(differences(course, slug))
    for each in found:
        title = _("beside the TODOs") if each.number is None else f"TODO {each.number}"
        parts = [title, each.place, f"exercises/{slug}/{each.file}"]
        console.print()
        console.print(Text(" · ".join(filter(None, parts)), style="bold"), soft_wrap=True)
        for line in each.lines:
            said = _GAP if line.startswith("@@") else clean(line)
            write_code(console, said, _STYLES.get(line[:1], ""))
    if not found:
        console.print(_("Your answer is the solution, word for word."))
    else:
        console.print(Text(f"\n{_('- yours, + the solution')}", style="dim"))


def differences(course: Course, slug: str) -> Iterator[Difference]:
    """What differs between the learner's answer and the solution, the lowest TODO first."""
    answer, solution = course.skeleton(slug), course.solution(slug)
    found: list[Difference] = []
    for name in sorted(files(solution)):
        path = answer / name
        theirs = path.read_text("utf-8", "replace") if path.is_file() else ""
        source = (solution / name).read_text("utf-8", "replace")
        if name.endswith(".py"):
            found += _of_code(source, theirs, name)
        elif lines := _diff(theirs, source):
            numbers = todos.numbers(theirs, name)
            found.append(Difference(min(numbers, default=None), "", name, lines))
    return iter(sorted(found, key=lambda each: (each.number is None, each.number or 0, each.file)))


def _of_code(source: str, theirs: str, name: str) -> Iterator[Difference]:
    """One difference for each place that a TODO is about, and one for the rest of the file."""
    skeleton = cutter.cut(source, name)
    solved = cutter.cut(source, name, todos.numbers(skeleton, name))
    rest, mine = solved, theirs
    for number, place in todos.places(skeleton):
        one, other = (todos.text_of(text, place) for text in (theirs, solved))
        if lines := _diff(one, other):
            yield Difference(number, place, name, lines)
        rest, mine = rest.replace(other, "", 1), mine.replace(one, "", 1)
    if lines := _diff(mine, rest):
        yield Difference(None, "", name, lines)


def _diff(one: str, other: str) -> tuple[str, ...]:
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=2)
    # The names of the two files, and that the first lines are left out, are said otherwise.
    return tuple(lines)[3:]
