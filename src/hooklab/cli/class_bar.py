"""How far the grading of a class is: how many are graded, the time left, who takes the longest."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Task as Row
from rich.text import Text

from hooklab.classroom.book_tables import ResultRow
from hooklab.classroom.graders import Task
from hooklab.classroom.marks import status_names
from hooklab.cli.speaking import talk
from hooklab.reports.clean import clean
from hooklab.texts import _, number

Longest = Callable[[], tuple[Task, float] | None]
"""Which task has run the longest by now, and for how many seconds."""


class ClassBar:
    """How many answers are graded, and how long the others will take, inside the `with` block.

    Where standard error is no terminal, a line for each.

    Args:
        total: how many answers there are.
        longest: see `Longest`.
    """

    def __init__(self, total: int, longest: Longest = lambda: None) -> None:
        self._console = talk()
        self._done, self._total = 0, total
        self._slowest = ("", 0.0)
        self._longest = longest
        self._began = time.monotonic()
        self._progress = Progress(
            *(TextColumn("{task.description}", markup=False), BarColumn(bar_width=20)),
            *(MofNCompleteColumn(), TimeRemainingColumn(), _Slowest(self.slowest)),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task(_("grading"), total=total)

    def advance(self, row: ResultRow, seconds: float) -> None:
        """Count an answer that was graded in so many seconds."""
        self._done += 1
        what = _name(row.exercise, row.learner)
        self._slowest = max(self._slowest, (what, seconds), key=lambda each: each[1])
        self._progress.update(self._task, completed=self._done)
        if self._progress.disable:
            result = status_names()[row.status]
            if row.counts:
                result = f"{number(row.earned)}/{number(row.points)}"
            line = f"{self._done}/{self._total} {what}{_(': ')}{result} ({number(seconds, 1)} s)"
            self._console.print(f"{line}{self._left()}", soft_wrap=True)

    def slowest(self) -> tuple[str, float]:
        """What takes or took the longest, and how many seconds; "" and 0 before there is one."""
        running = self._longest()
        if running and running[1] > self._slowest[1]:
            task, seconds = running
            return _name(task.hand_in.slug, task.hand_in.learner.id), seconds
        return self._slowest

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()
        what, seconds = self._slowest
        if self._done > 1:
            told = _("The slowest was {what}, with {seconds} s.")
            self._console.print(
                told.format(what=what, seconds=number(seconds, 1)), soft_wrap=True, markup=False
            )

    def _left(self) -> str:
        """How long the others will take when they take as long as those before; "" for the last."""
        left = self._total - self._done
        if not left:
            return ""
        seconds = round((time.monotonic() - self._began) / self._done * left)
        return _(", about {time} left").format(time=f"{seconds // 60}:{seconds % 60:02}")


class _Slowest(ProgressColumn):
    """Names what takes or took the longest."""

    def __init__(self, slowest: Callable[[], tuple[str, float]]) -> None:
        super().__init__()
        self._ask = slowest

    def render(self, task: Row) -> Text:  # noqa: ARG002
        """Its name and its seconds; it is cut where the terminal ends."""
        what, seconds = self._ask()
        if not what:
            return Text()
        told = _("slowest: {what} ({seconds} s)").format(what=what, seconds=number(seconds, 0))
        return Text(told, overflow="ellipsis", no_wrap=True)


def _name(slug: str, learner: str) -> str:
    return f"{slug}, {clean(learner)}"
