"""The scorecard in a terminal, with or without colour."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hooklab.reports.clean import clean
from hooklab.reports.folding import write_folded
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard
from hooklab.texts import _, number, plural

# Readable without colour: the mark alone tells the outcome.
MARKS = {"earned": "✓", "not_earned": "✗", "not_tried": "·", "could_not_grade": "!"}
STYLES = {
    "earned": "green",
    "not_earned": "red",
    "not_tried": "dim",
    "could_not_grade": "yellow",
}


def print_scorecard(
    card: Scorecard,
    *,
    file: TextIO | None = None,
    details: bool = True,
    most: int | None = None,
    steps: Mapping[str, str] | None = None,
) -> None:
    """Print `card` for a person.

    Args:
        file: where to; standard output when None.
        details: tell the story of each check that was not earned.
        most: tell at most so many stories in full for each exercise, the first ones.
        steps: which step comes next, by slug.
    """
    console = Console(file=file, highlight=False, emoji=False, markup=False)
    write_scorecard(console, card, details, most, steps)


def write_scorecard(
    console: Console,
    card: Scorecard,
    details: bool,
    most: int | None,
    steps: Mapping[str, str] | None = None,
) -> None:
    """Like `print_scorecard`, on a console. Of several exercises, one that nobody has started is a
    line.
    """
    several = len(card.exercises) > 1
    started = [each for each in card.exercises if not (several and each.is_untouched)]
    for exercise in started:
        write_exercise(console, exercise, details, most)
        if step := (steps or {}).get(exercise.slug):
            console.print(Text(f"\n{step}", style="cyan"), soft_wrap=True)
    if len(started) < len(card.exercises):
        if started:
            console.print()
        console.print(_lines(each for each in card.exercises if each not in started))
    if several:
        total = _("Total: {earned} of {points} points").format(
            earned=number(card.earned), points=number(card.points)
        )
        if card.waiting:
            total += _("; {points} wait for a reviewer").format(points=number(card.waiting))
        console.print(Text(total if not started else f"\n{total}", style="bold"))
    if started:
        console.print(Text(conditions(card), style="dim"))
    if card.isolation == "debug":
        console.print(Text(_("Debugging: this grade does not count."), style="yellow"))


def conditions(card: Scorecard) -> str:
    """Under which conditions the scores came about, on one line."""
    return _("isolation: {tier} · seed: {seed}").format(tier=card.isolation, seed=card.seed)


def _lines(exercises: Iterable[ExerciseResult]) -> Table:
    """Exercises that nobody has started."""
    table = Table(box=None, padding=(0, 1), expand=True, header_style="dim")
    table.add_column(_("Not started yet"), no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for exercise in exercises:
        table.add_row(exercise.slug, exercise.title, points_of(exercise))
    return table


def write_exercise(
    console: Console, exercise: ExerciseResult, details: bool, most: int | None
) -> None:
    """Print the table of one exercise, then the stories of what was not earned."""
    write_table(console, exercise)
    if details:
        write_stories(console, exercise, most)


def write_stories(console: Console, exercise: ExerciseResult, most: int | None = None) -> None:
    """Print the stories of one exercise: at most so many of what was lost in full."""
    for check in exercise.checks:
        if check.outcome == "earned" and check.message:
            _write_story(console, check)
    stories = [
        check for check in exercise.checks if check.outcome in ("not_earned", "could_not_grade")
    ]
    for check in stories[:most]:
        _write_story(console, check)
    if most is not None and len(stories) > most:
        _write_names(console, stories[most:])


def write_table(console: Console, exercise: ExerciseResult) -> None:
    """Print the table of one exercise: criteria, checks and points."""
    console.print()
    console.print(Text(_heading(exercise), style="bold"))
    console.print(_table(exercise))


def _heading(exercise: ExerciseResult) -> str:
    return f"{exercise.slug} · {exercise.title}"


def _table(exercise: ExerciseResult) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for criterion in exercise.criteria:
        table.add_row("", Text(criterion.title, style="bold"), points_of(criterion))
        for check in criterion.checks:
            style = STYLES[check.outcome]
            table.add_row(
                Text(MARKS[check.outcome], style=style),
                Text(check.title, style=style),
                points_of(check),
            )
        for line in () if exercise.is_untouched else judgement(criterion):
            table.add_row("", Text(line, style="yellow"), "")
    table.add_row("", Text(_("Total"), style="bold"), Text(points_of(exercise), style="bold"))
    return table


def judgement(criterion: CriterionResult) -> Iterator[str]:
    """What is known of a reviewed criterion, in lines; nothing for one that checks decide."""
    if criterion.waits:
        most = number(criterion.reviewable)
        yield _("waits for review: up to {points} points").format(points=most)
    if review := criterion.review:
        if review.counts:
            reviewed = _("reviewed by {name}: {comment}")
            yield clean(reviewed.format(name=review.by, comment=review.comment))
        else:
            yield _("your own opinion, which does not count: {points} of {most} points").format(
                points=number(review.points), most=number(criterion.reviewable)
            )
        if review.outdated:
            yield _("the answer was changed since")


def points_of(scored: Scorecard | ExerciseResult | CriterionResult | CheckResult) -> str:
    """The points that were earned, of those possible."""
    return f"{number(scored.earned)}/{number(scored.points)}"


def _write_story(console: Console, check: CheckResult) -> None:
    console.print()
    console.print(Text(f"{MARKS[check.outcome]} {check.title}", style=STYLES[check.outcome]))
    for write in write_message(check):
        write(console)


def write_message(
    check: CheckResult,
) -> tuple[Callable[[Console], None], Callable[[Console], None]]:
    """What writes the story of a check, and what writes where to look."""

    def write_story(console: Console) -> None:
        for line in clean(check.message).expandtabs(4).splitlines():
            content = line.lstrip(" ")
            # A line that is too long goes on below its own beginning.
            indent = "  " + line[: len(line) - len(content)]
            write_folded(console, content, indent, style="dim" if line == content else "")

    def write_hint(console: Console) -> None:
        if check.hint:
            write_folded(console, f"→ {clean(check.hint)}", "  ", style="cyan")

    return write_story, write_hint


def _write_names(console: Console, checks: Sequence[CheckResult]) -> None:
    console.print()
    told = plural(
        "{count} more story to read, with hooklab grade --all-messages:",
        "{count} more stories to read, with hooklab grade --all-messages:",
        len(checks),
    )
    console.print(Text(told, style="dim"))
    for check in checks:
        console.print(Text(f"  {MARKS[check.outcome]} {check.title}", style=STYLES[check.outcome]))
