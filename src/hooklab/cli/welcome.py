"""What a beginner reads below a first scorecard full of zeros."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from hooklab.catalogue import Course
from hooklab.cli.standing import Standing, first_place
from hooklab.program import as_typed, to_shorten
from hooklab.reports.folding import write_folded
from hooklab.scorecard import Scorecard
from hooklab.texts import _, pick


def welcome(
    course: Course, card: Scorecard, standings: Mapping[str, Standing], console: Console
) -> None:
    """Say where to start, when nothing has been started yet."""
    if any(not exercise.is_untouched for exercise in card.exercises):
        return
    first = course.exercise(card.exercises[0].slug)
    console.print()
    console.print(Text(_("Welcome! Zero points is where everyone starts."), style="bold"))
    write_folded(
        console,
        _("Start with “{title}”: open {place}, do TODO 1, save, and grade again.").format(
            title=pick(first.title), place=first_place(course, first.slug, standings[first.slug])
        ),
    )
    for command, purpose in (
        ("statement", _("tells what is asked")),
        ("watch", _("grades at every save")),
        ("hint", _("gives a hint for the next check")),
    ):
        console.print(as_typed(f"  hooklab {command:9} {first.slug}   {purpose}"), soft_wrap=True)
    if command := to_shorten():
        console.print(_("To type only “hooklab” in this terminal:"))
        console.print(f"  {command}", soft_wrap=True)
