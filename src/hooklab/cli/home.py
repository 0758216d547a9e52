"""The screen that a learner lives in: one exercise, what a save changed, the story that matters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hooklab.reports.folding import write_folded
from hooklab.reports.text import MARKS, STYLES, write_message
from hooklab.scorecard import CheckResult, ExerciseResult
from hooklab.texts import _, number, plural

# Of what a save has changed, so many lines are shown.
MOST_CHANGES = 3
BAR_COLUMNS = 20


@dataclass(frozen=True)
class Flip:
    """What a save has changed: a check that is earned now and was not, or the other way round."""

    check: CheckResult

    def line(self) -> Text:
        """As it is shown."""
        if self.check.outcome == "earned":
            return Text(f"+ {_('now earned')}{_(': ')}{self.check.title}", style="green")
        return Text(f"- {_('now lost')}{_(': ')}{self.check.title}", style="red")


@dataclass(frozen=True)
class Home:
    """What the screen shows.

    Attributes:
        result: the scores of the exercise.
        changes: what the last save has changed.
        story: the check whose story is told, if there is one.
        step: which TODO comes next.
        end: what to say once every check is earned.
    """

    result: ExerciseResult
    changes: Sequence[Flip] = ()
    story: CheckResult | None = None
    step: str = ""
    end: Callable[[Console], None] = lambda _console: None

    def show(self, console: Console, *, below: int) -> None:
        """Print it on a screen whose last `below` lines are for somebody else."""
        head = _lines(console, self._write_head)
        room = console.height - below - len(head)
        for line in [*head, *self._story(console, room)]:
            console.print(line, soft_wrap=True)

    def _write_head(self, console: Console) -> None:
        line = Table.grid(expand=True, padding=(0, 1))
        line.add_column(ratio=1)
        line.add_column(justify="right", no_wrap=True)
        line.add_column(width=BAR_COLUMNS)
        points = f"{number(self.result.earned)}/{number(self.result.points)}"
        # Characters that every terminal has, so that the bar is seen without colour as well.
        bar = ProgressBar(total=self.result.points, completed=self.result.earned)
        heading = Text(f"{self.result.slug} · {self.result.title}", style="bold")
        line.add_row(heading, Text(points, style="bold"), bar)
        console.print(line)
        for change in self.changes[:MOST_CHANGES]:
            console.print(change.line(), no_wrap=True, overflow="ellipsis")
        if (rest := len(self.changes) - MOST_CHANGES) > 0:
            more = plural("and {count} more change", "and {count} more changes", rest)
            console.print(Text(more, style="dim"))
        if self.step:
            write_folded(console, self.step, style="cyan")
        console.print()

    def _story(self, console: Console, room: int) -> list[Text]:
        if self.story is None:
            return _lines(console, self.end)[:room]
        title = Text(f"{MARKS[self.story.outcome]} {self.story.title}")
        title.stylize(STYLES[self.story.outcome])
        story, hint = (_lines(console, part) for part in write_message(self.story))
        room -= 1 + len(hint)
        if len(story) > room:
            story = _shortened(story, max(room, 1))
        return [title, *story, *hint]


def _shortened(story: list[Text], room: int) -> list[Text]:
    """The beginning and the end: a traceback says at its end what went wrong."""
    end = (room - 1) // 3
    missing = len(story) - room + 1
    more = plural(
        "{count} line is left out: press a", "{count} lines are left out: press a", missing
    )
    gap = Text(f"  […] {more}", style="dim")
    return [*story[: room - 1 - end], gap, *story[len(story) - end :]]


def _lines(console: Console, write: Callable[[Console], None]) -> list[Text]:
    """What `write` prints, line by line."""
    with console.capture() as captured:
        write(console)
    return [Text.from_ansi(line) for line in captured.get().splitlines()]
