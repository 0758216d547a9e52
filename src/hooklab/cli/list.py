"""`hooklab list`: the exercises in course order."""

from rich.table import Table
from rich.text import Text

from hooklab.catalogue import Exercise
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Lang, course
from hooklab.cli.speaking import output
from hooklab.texts import _, number, pick


def command(lang: Lang = None) -> None:
    """Print a table of modules and exercises, with the points of the last grading."""
    here = course()
    memory = Memory(here.root)
    table = Table(box=None, padding=(0, 1), header_style="dim", expand=True)
    table.add_column(_("Exercise"), ratio=1)
    table.add_column(_("Title"), ratio=2)
    table.add_column(_("Points"), justify="right", no_wrap=True)
    table.add_column(_("Minutes"), justify="right", no_wrap=True)
    for module in here.modules:
        table.add_row(Text(f"{module.number}. {pick(module.title)}", style="bold"))
        for exercise in module.exercises:
            table.add_row(*_row(exercise, memory))
    output().print(table)


def _row(exercise: Exercise, memory: Memory) -> tuple[str, str, str, str]:
    earned = memory.earned(exercise.slug)
    points = f"{'-' if earned is None else number(earned)}/{number(exercise.points)}"
    star = " ★" if exercise.assessment else ""
    return f"  {exercise.slug}", f"{pick(exercise.title)}{star}", points, str(exercise.minutes)
