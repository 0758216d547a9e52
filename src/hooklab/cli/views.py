"""What the keys of `hooklab watch` show instead of the screen it comes back to."""

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from hooklab.catalogue import Course
from hooklab.cli import compare, hint, statement
from hooklab.cli import list as listing
from hooklab.cli.memory import Memory
from hooklab.program import as_typed
from hooklab.reports.text import MARKS, write_stories, write_table
from hooklab.scorecard import ExerciseResult
from hooklab.texts import _

# Asked when they are shown: the language is known then.
KEYS: dict[str, Callable[[], str]] = {
    "h": lambda: _("hint"),
    "t": lambda: _("table"),
    "a": lambda: _("all stories"),
    "o": lambda: _("lab"),
    "r": lambda: _("run again"),
    "n": lambda: _("next exercise"),
    "l": lambda: _("list"),
    "s": lambda: _("statement"),
    "d": lambda: _("compare"),
    "q": lambda: _("quit"),
}


class View:
    """Shows one thing at a time.

    Args:
        course: the course.
        memory: what the learner has been told so far.
        console: where it is shown.
    """

    def __init__(self, course: Course, memory: Memory, console: Console) -> None:
        self._course = course
        self._memory = memory
        self._console = console
        self._left: list[str] = []

    def show(self, key: str, result: ExerciseResult) -> bool:
        """Show what `key` stands for; False when it stands for nothing here."""
        shown = {
            "h": self._hint,
            "t": self._table,
            "a": self._stories,
            "o": self._lab,
            "l": self._list,
            "s": self._statement,
            "d": self._compare,
        }.get(key)
        if shown:
            with self._console.capture() as captured:
                shown(result)
            self._left = captured.get().strip("\n").splitlines()
        elif key != " " or not self._left:
            self._left = []
            return False
        self._turn()
        return True

    def _turn(self) -> None:
        """Show the next page of what is left to be read."""
        room = max(self._console.height - 3, 1)
        page, self._left = self._left[:room], self._left[room:]
        self._console.clear()
        for line in page:
            self._console.print(Text.from_ansi(line), soft_wrap=True)
        if self._left:
            said = _("The space bar turns the page; any other key leads back.")
        else:
            said = _("Any other key leads back.")
        self._console.print(Text(f"\n{said}", style="dim"))

    def _hint(self, result: ExerciseResult) -> None:
        missing = [check for check in result.checks if check.outcome != "earned"]
        if missing:
            hint.give(self._course, result.slug, missing[0], self._memory, self._console)
        else:
            self._console.print(_("Every check is earned: no hint is left."))

    def _table(self, result: ExerciseResult) -> None:
        write_table(self._console, result)

    def _stories(self, result: ExerciseResult) -> None:
        if all(check.outcome in ("earned", "not_tried") for check in result.checks):
            self._console.print(_("There is no story to tell: no check was lost."))
        else:
            write_stories(self._console, result)

    def _lab(self, result: ExerciseResult) -> None:
        lost = [check for check in result.checks if check.loss and check.loss.command]
        if not lost:
            self._console.print(_("No check was lost whose story could be done again."))
        for check in lost:
            self._console.print(f"{MARKS[check.outcome]} {check.title}")
            command = as_typed(check.loss.command) if check.loss else ""
            # In one piece, however long: it is to be copied.
            self._console.print(f"  {command}\n", soft_wrap=True)

    def _list(self, _result: ExerciseResult) -> None:
        listing.show(self._course, self._memory, self._console)

    def _statement(self, result: ExerciseResult) -> None:
        statement.show(self._course, result.slug, self._console)

    def _compare(self, result: ExerciseResult) -> None:
        if not self._course.solution(result.slug).is_dir():
            self._console.print(_("this folder has no solutions"))
        elif compare.may_see(self._memory, result.slug):
            compare.show(self._course, result.slug, self._console)
        else:
            said = _("Not every check is earned yet, and the solution tells everything.")
            self._console.print(said)
            self._console.print(_("To see it anyway, press d again."))
