"""Grading, as the commands start it: on a launcher that warms up, with a bar on a terminal."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from hooklab.catalogue import Course
from hooklab.cli.progress import Bar
from hooklab.scorecard import CheckResult, Scorecard
from hooklab.worker.launch import Launcher, start_launcher

if TYPE_CHECKING:
    from hooklab.grading.options import Options


# A worker that waits for the next save needs about 25 MB; together they may take a tenth of the
# machine's memory.
SPARE_BYTES = 25 * 1024 * 1024
MOST_SPARES = 40


class WarmGrading:
    """Grades exercises on a warm launcher, as often as it is called.

    Args:
        course: whose exercises are graded.
        launcher: starts the apps.
        debug: the app keeps the terminal, so there is no bar.
    """

    def __init__(self, course: Course, launcher: Launcher, *, debug: bool) -> None:
        self._course = course
        self._launcher = launcher
        self._debug = debug

    def __call__(
        self,
        slugs: Sequence[str],
        options: "Options",
        *,
        pause: Callable[[], bool] | None = None,
        told: Callable[[str, CheckResult], None] = lambda _slug, _result: None,
    ) -> Scorecard:
        """The scorecard of `slugs`.

        Args:
            told: called after each check with the slug and its result.
            pause: called when all is ready but the answers; returns when these are there. False
                raises NotBegun.
        """
        # Only now: importing pytest takes as long as the launcher takes to warm up.
        from hooklab.grading import run

        with Bar(self._course, slugs, quiet=self._debug) as bar:

            def wait(pause: Callable[[], bool]) -> bool:
                self._get_ready()
                begun = pause()
                if begun:
                    bar.show()
                return begun

            def advance(slug: str, result: CheckResult) -> None:
                bar.advance(slug, result)
                told(slug, result)

            if pause is None:
                bar.show()
            try:
                return run.grade(
                    self._course,
                    slugs,
                    options,
                    launcher=self._launcher,
                    progress=advance,
                    begin=partial(wait, pause) if pause else None,
                )
            finally:
                gc.enable()

    def _get_ready(self) -> None:
        """Use the pause to make what comes after it faster."""
        self._launcher.prepare(min(MOST_SPARES, memory() // 10 // SPARE_BYTES))
        # Looking through everything for garbage takes a tenth of a second, and through what one run
        # makes a fiftieth: not when somebody waits.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.disable()


def memory() -> int:
    """How many bytes of memory the machine has; 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


@contextmanager
def warm_grading(course: Course, *, debug: bool = False) -> Iterator[WarmGrading]:
    """Start a launcher at once and yield what grades on it; everything ends with the block."""
    launcher = start_launcher(debug=debug)
    try:
        yield WarmGrading(course, launcher, debug=debug)
    finally:
        launcher.close()
