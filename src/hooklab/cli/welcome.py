"""What a beginner reads below a first scorecard full of zeros."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from hooklab.catalogue import Course
from hooklab.scorecard import Scorecard
from hooklab.texts import _, pick


def welcome(course: Course, card: Scorecard, console: Console) -> None:
    """Say where to start, when nothing has been started yet."""
    if any(not exercise.is_untouched for exercise in card.exercises):
        return
    first = course.exercise(card.exercises[0].slug)
    file = _first_todo(course.skeleton(first.slug)).relative_to(course.root)
    console.print()
    console.print(Text(_("Welcome! Zero points is where everybody starts."), style="bold"))
    console.print(
        _("Start with “{title}”: open {file}, do TODO 1, save, and grade again.").format(
            title=pick(first.title), file=file.as_posix()
        )
    )
    for command, purpose in (
        ("statement", _("tells what is asked")),
        ("hint", _("gives a hint for the next check")),
        ("watch", _("grades at every save")),
    ):
        console.print(f"  hooklab {command:9} {first.slug}   {purpose}")


def _first_todo(folder: Path) -> Path:
    files = sorted(folder.rglob("*.py"))
    marked = (path for path in files if "TODO 1" in path.read_text("utf-8", "replace"))
    return next(marked, folder / "app.py")
