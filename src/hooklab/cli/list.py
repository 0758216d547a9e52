"""`hooklab list`: the exercises in course order."""

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hooklab.catalogue import Course, Exercise
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Lang, course
from hooklab.cli.speaking import output
from hooklab.texts import _, number, pick

NOT_GRADED = "-"
# Where there is less room, a title stands below the slug.
LEAST_COLUMNS = 76
COUNTS = "★"


def command(lang: Lang = None) -> None:
    """Print a table of modules and exercises, with the points of the last grading."""
    here = course()
    show(here, Memory(here.root), output())


def show(course: Course, memory: Memory, console: Console) -> None:
    """Print the exercises with the points of the last grading."""
    # A table for each module: its title would otherwise widen the column of the slugs.
    width = max(cell_len(exercise.slug) for exercise in course.exercises)
    is_narrow = console.width < LEAST_COLUMNS
    console.print(_table(width, [_header()], "dim", is_narrow=is_narrow))
    for module in (each for each in course.modules if each.exercises):
        title = f"{module.number}. {pick(module.title)}"
        console.print(Padding(Text(title, style="bold"), (0, 1)))
        rows = [_row(exercise, memory) for exercise in module.exercises]
        console.print(_table(width, rows, is_narrow=is_narrow))
    console.print()
    signs = {}
    if any(exercise.assessment for exercise in course.exercises):
        signs[COUNTS] = _("counts in the final assessment")
    if any(memory.earned(exercise.slug) is None for exercise in course.exercises):
        signs[f"{NOT_GRADED}/"] = _("not graded yet")
    for sign, meaning in signs.items():
        console.print(Text(f" {sign:2} {meaning}", style="dim"))


def _table(
    width: int, rows: list[tuple[str, str, str, str]], style: str = "", *, is_narrow: bool
) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False, expand=True, style=style)
    # Slugs are typed again: a cut or broken one would be useless.
    table.add_column(no_wrap=not is_narrow, min_width=width + 2, ratio=1 if is_narrow else None)
    if not is_narrow:
        table.add_column(ratio=1)
    for heading in (_("Points"), _("Minutes")):
        least = max(cell_len(heading), len("22.5/40"))
        table.add_column(justify="right", no_wrap=True, min_width=least)
    for slug, title, *figures in rows:
        if is_narrow:
            table.add_row(slug, *figures)
            table.add_row(Padding(title, (0, 0, 0, 4)), "", "")
        else:
            table.add_row(slug, title, *figures)
    return table


def _header() -> tuple[str, str, str, str]:
    return _("Exercise"), _("Title"), _("Points"), _("Minutes")


def _row(exercise: Exercise, memory: Memory) -> tuple[str, str, str, str]:
    earned = memory.earned(exercise.slug)
    points = f"{NOT_GRADED if earned is None else number(earned)}/{number(exercise.points)}"
    star = f" {COUNTS}" if exercise.assessment else ""
    return f"  {exercise.slug}", f"{pick(exercise.title)}{star}", points, str(exercise.minutes)
