"""What is going on, for a person who waits: on a terminal only."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.cli.speaking import talk
from hooklab.scorecard import CheckResult


@contextmanager
def progress_of(
    course: Course, slugs: Sequence[str], *, quiet: bool = False
) -> Iterator[Callable[[str, CheckResult], None]]:
    """Show a bar while `slugs` are graded; yields what to call after each check.

    Where standard error is no terminal, or when `quiet`, nothing is shown.
    """
    console = talk()
    if quiet or not console.is_terminal:
        yield lambda _slug, _result: None
        return
    total = sum(len(rubric.load(course.grader(slug)).checks) for slug in slugs)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task(slugs[0], total=total)

        # A parametrized check comes several times.
        seen: set[tuple[str, str]] = set()

        def advance(slug: str, result: CheckResult) -> None:
            seen.add((slug, result.id))
            bar.update(task, completed=len(seen), description=slug)

        yield advance
