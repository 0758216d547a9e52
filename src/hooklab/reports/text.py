"""The scorecard in a terminal, with or without colour."""

from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hooklab.reports.clean import clean
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard
from hooklab.texts import _

# Readable without colour: the mark alone tells the outcome.
MARKS = {"earned": "✓", "not_earned": "✗", "not_tried": "·", "could_not_grade": "!"}
STYLES = {
    "earned": "green",
    "not_earned": "red",
    "not_tried": "dim",
    "could_not_grade": "yellow",
}


def print_scorecard(
    card: Scorecard, *, file: TextIO | None = None, details: bool = True, most: int | None = None
) -> None:
    """Print `card` for a person.

    Args:
        file: where to; standard output when None.
        details: tell the story of each check that was not earned.
        most: tell at most so many stories, the first ones.
    """
    console = Console(file=file, highlight=False, soft_wrap=False, emoji=False, markup=False)
    for exercise in card.exercises:
        print_exercise(console, exercise, details=details, most=most)
    if len(card.exercises) > 1:
        console.print(
            Text(
                _("Total: {earned:g} of {points:g} points").format(
                    earned=card.earned, points=card.points
                ),
                style="bold",
            )
        )
    if card.isolation == "debug":
        console.print(Text(_("Debugging: this grade does not count."), style="yellow"))


def print_exercise(
    console: Console, exercise: ExerciseResult, *, details: bool, most: int | None
) -> None:
    """Print the table of one exercise, then the stories of what was not earned."""
    console.print()
    title = Text(f"{exercise.slug} · {exercise.title}", style="bold")
    console.print(title)
    console.print(_table(exercise))
    if details:
        told = [check for check in exercise.checks if check.message and _has_story(check)]
        for check in told[:most]:
            _print_story(console, check)
        if most is not None and len(told) > most:
            console.print(Text(_("… and {count} more").format(count=len(told) - most), style="dim"))


def _table(exercise: ExerciseResult) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for criterion in exercise.criteria:
        table.add_row("", Text(criterion.title, style="bold"), _points(criterion))
        for check in criterion.checks:
            style = STYLES[check.outcome]
            table.add_row(
                Text(MARKS[check.outcome], style=style),
                Text(check.title, style=style),
                _points(check),
            )
        if criterion.kind == "reviewed":
            table.add_row("", Text(_("waits for review"), style="yellow"), "")
    total = Text(_("Total"), style="bold")
    table.add_row("", total, Text(f"{exercise.earned:g}/{exercise.points:g}", style="bold"))
    return table


def _points(scored: CriterionResult | CheckResult) -> str:
    return f"{scored.earned:g}/{scored.points:g}"


def _has_story(check: CheckResult) -> bool:
    return check.outcome in ("not_earned", "could_not_grade")


def _print_story(console: Console, check: CheckResult) -> None:
    console.print()
    console.print(Text(f"{MARKS[check.outcome]} {check.title}", style=STYLES[check.outcome]))
    console.print(Padding(Text(clean(check.message)), (0, 0, 0, 2)))
    if check.hint:
        console.print(Padding(Text(f"→ {check.hint}", style="cyan"), (0, 0, 0, 2)))
