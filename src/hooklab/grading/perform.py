"""Running a check's function in a fresh world, and judging how it ends."""

import time
from contextlib import ExitStack

import pytest

from hooklab.grading.cases import Case
from hooklab.grading.lab import Lab
from hooklab.grading.outcomes import Trial, judge
from hooklab.grading.worlds import Worlds


class Performer:
    """Runs cases; may be called by several threads.

    Args:
        worlds: where they run.
    """

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    def perform(self, case: Case) -> Trial:
        """Run a case to its end, whatever that is.

        Raises:
            KeyboardInterrupt, pytest.exit.Exception: it ends the whole run.
        """
        started = time.perf_counter()
        lab: Lab | None = None
        with ExitStack() as world:
            try:
                arguments = dict(case.parameters)
                if "answers" in case.fixtures:
                    arguments["answers"] = self._worlds.answers(case.submission)
                if "lab" in case.fixtures:
                    arguments["lab"] = lab = world.enter_context(self._worlds.open(case))
                    # An app that did not start fails the check, not its set-up.
                    lab.require_running()
                case.function(**arguments)
            except (KeyboardInterrupt, pytest.exit.Exception):
                raise
            except BaseException as error:
                return judge(error, lab, time.perf_counter() - started)
            return judge(None, lab, time.perf_counter() - started)

    def abandon(self) -> None:
        """Bring every case that runs to an early end, by ending its app."""
        self._worlds.abandon()
