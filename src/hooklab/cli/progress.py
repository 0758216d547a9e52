"""What is going on, for a person who waits: on a terminal only."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.cli.speaking import talk
from hooklab.scorecard import CheckResult


class Bar:
    """How many checks of `slugs` have run, from `show` until the `with` block ends.

    Where standard error is no terminal, or when `quiet`, nothing is shown.
    """

    def __init__(self, course: Course, slugs: Sequence[str], *, quiet: bool = False) -> None:
        # Made before pytest captures the standard streams.
        console = talk()
        self._progress: Progress | None = None
        # A parametrized check comes several times.
        self._seen: set[tuple[str, str]] = set()
        if quiet or not console.is_terminal:
            return
        self._progress = Progress(
            *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        total = sum(len(rubric.load(course.grader(slug)).checks) for slug in slugs)
        self._task = self._progress.add_task(slugs[0], total=total)

    def show(self) -> None:
        """Appear on the terminal."""
        if self._progress:
            self._progress.start()

    def advance(self, slug: str, result: CheckResult) -> None:
        """Count a check that has run."""
        self._seen.add((slug, result.id))
        if self._progress:
            self._progress.update(self._task, completed=len(self._seen), description=slug)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress:
            self._progress.stop()
