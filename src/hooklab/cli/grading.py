"""Grading, as the commands start it: on a launcher that warms up, with a bar on a terminal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from hooklab.catalogue import Course
from hooklab.cli.progress import progress_of
from hooklab.scorecard import Scorecard
from hooklab.worker.launch import launcher

if TYPE_CHECKING:
    from hooklab.grading.session import Options


class Grader(Protocol):
    """Grades exercises on a warm launcher, as often as it is called."""

    def __call__(self, slugs: Sequence[str], options: "Options") -> Scorecard:
        """The scorecard of `slugs`."""


@contextmanager
def grader(course: Course, *, debug: bool = False) -> Iterator[Grader]:
    """Start a launcher at once and yield what grades on it; everything ends with the block.

    Args:
        debug: the app keeps the terminal, so there is no bar.
    """
    started = launcher(debug=debug)
    try:
        # Only now: importing pytest takes as long as the launcher takes to warm up.
        from hooklab.grading import run

        def grade(slugs: Sequence[str], options: "Options") -> Scorecard:
            with progress_of(course, slugs, quiet=debug) as progress:
                return run.grade(course, slugs, options, launch=lambda: started, progress=progress)

        yield grade
    finally:
        started.close()
