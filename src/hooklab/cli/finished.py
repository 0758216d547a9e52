"""What a person reads once every check of an exercise is earned."""

from rich.console import Console
from rich.text import Text

from hooklab.catalogue import Course, Exercise
from hooklab.cli.memory import Memory
from hooklab.program import as_typed
from hooklab.reports.folding import write_folded
from hooklab.scorecard import ExerciseResult
from hooklab.texts import _, pick


def unfinished(course: Course, memory: Memory) -> Exercise | None:
    """The first exercise whose last grading did not earn every check; None when all did."""
    return next((each for each in course.exercises if not memory.is_complete(each.slug)), None)


def congratulate(course: Course, result: ExerciseResult, memory: Memory, console: Console) -> None:
    """Say what the app has withstood, how to compare it with the solution, and what comes next."""
    done = _("Well done: every check of “{title}” is earned.").format(title=result.title)
    console.print(Text(done, style="bold green"))
    withstood = _("It has withstood {count} checks: {criteria}.").format(
        count=len(result.checks),
        criteria=", ".join(each.title for each in result.criteria if each.checks),
    )
    write_folded(console, withstood)
    if course.solution(result.slug).is_dir():
        write_folded(console, _("Your answer beside the solution:"))
        _write_command(console, f"hooklab compare {result.slug}")
    if following := unfinished(course, memory):
        write_folded(console, _("Next: “{title}”.").format(title=pick(following.title)))
        _write_command(console, f"hooklab statement {following.slug}")
    else:
        write_folded(console, _("That was the last exercise. The course is done."))


def _write_command(console: Console, command: str) -> None:
    """On a line of its own, because it is copied."""
    console.print(f"  {as_typed(command)}", soft_wrap=True)
