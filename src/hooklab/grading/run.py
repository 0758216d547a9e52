"""Grading as a function: exercises in, scorecard out."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from hooklab.catalogue import Course
from hooklab.errors import HooklabError, NotBegun
from hooklab.grading.cases import read_submission
from hooklab.grading.options import Options, check_folder
from hooklab.grading.plugin import GradingPlugin
from hooklab.grading.tally import Progress
from hooklab.grading.worlds import Noted, Told, Worlds
from hooklab.scorecard import Scorecard
from hooklab.texts import _
from hooklab.worker.launch import Launcher

SETTINGS = Path(__file__).parent / "pytest.ini"

# Parts of pytest that no grader needs: each would look through all others at every start.
_NEEDLESS = (
    *("doctest", "unittest", "legacypath", "recwarn", "subtests", "logging", "faulthandler"),
    *("pastebin", "junitxml", "stepwise", "setuponly", "setupplan"),
)


def grade(
    course: Course,
    slugs: Sequence[str],
    options: Options,
    *,
    launcher: Launcher,
    progress: Progress = lambda _slug, _result: None,
    begin: Callable[[], bool] | None = None,
    noted: Noted | None = None,
    told: Told | None = None,
) -> Scorecard:
    """Grade the exercises `slugs` and return the scorecard.

    Args:
        launcher: starts the apps; the caller closes it.
        progress: called with the slug and the result of each check that is decided.
        begin: called when the checks have been read, and nothing of the answers; grading begins
            when it returns True. So a pause can be used that comes before the answers are there.
        noted: called after each check with its id and with what ran; noting it makes everything
            slower.
        told: called after each case with what was done in it.

    Raises:
        HooklabError: a folder is missing, a rubric is broken, a test file cannot be read.
        KeyboardInterrupt: a person pressed Ctrl-C; everything that was started has ended.
        NotBegun: `begin` returned False, or a file of the graders had changed when it returned.
    """
    for slug in slugs:
        check_folder(options.folder(course, slug))
    graders = _Files(course, slugs)
    submissions = {slug: read_submission(course, slug, options) for slug in slugs}
    with closing(Worlds(options, lambda: launcher, noted, told)) as worlds:
        worlds.claim_redis()
        if begin is None:
            worlds.get_ready(submissions[slugs[0]])
        plugin = GradingPlugin(
            options,
            worlds,
            submissions,
            progress,
            begin=lambda: begin is None or (begin() and graders.are_as_read),
        )
        status, output = _run_pytest(course, slugs, options, plugin)
    if plugin.stopped:
        raise plugin.stopped
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise HooklabError(
            _("the grader of {slugs} cannot be run:\n{output}").format(
                slugs=", ".join(slugs), output=output.strip()
            ),
            _("this is a fault of the course, not of your answer; please report it"),
        )
    if not plugin.begun:
        raise NotBegun
    return plugin.scorecard()


def _run_pytest(
    course: Course, slugs: Sequence[str], options: Options, plugin: GradingPlugin
) -> tuple[int, str]:
    _forget_graders()
    arguments = [
        # Plugins that happen to be installed must not change how a grade comes about.
        "--disable-plugin-autoload",
        # Nor must what lies beside the graders, or beside an answer.
        "--noconftest",
        *("-c", str(SETTINGS), "--rootdir", str(course.root), "--no-header", "-q"),
        # A debugger needs the terminal. Otherwise descriptors stay as they are, for the progress.
        "--capture=no" if options.debug else "--capture=sys",
        *(["--exitfirst"] if options.first_loss else []),
        *(part for name in _NEEDLESS for part in ("-p", f"no:{name}")),
        *(str(path) for slug in slugs for path in _tests(course.grader(slug))),
    ]
    output = StringIO()
    with redirect_stdout(output), _without_variables_of_pytest():
        status = pytest.main(arguments, plugins=[plugin])
    return int(status), output.getvalue()


@contextmanager
def _without_variables_of_pytest() -> Iterator[None]:
    """PYTEST_ADDOPTS, PYTEST_PLUGINS and their like are for a person's own tests."""
    theirs = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    try:
        yield
    finally:
        os.environ.update(theirs)


def _tests(folder: Path) -> list[Path]:
    """The files with the checks: given the folder, pytest would walk through all known mistakes."""
    return sorted(folder.glob("test_*.py")) or [folder]


class _Files:
    """The files of a run's graders, as they are when this is made."""

    def __init__(self, course: Course, slugs: Sequence[str]) -> None:
        graders = [course.grader(slug) for slug in slugs]
        packages = [path.parent for grader in graders for path in grader.glob("*/__init__.py")]
        self._folders = [course.root / "graders", *graders, *packages]
        self._read = self._stamps()

    @property
    def are_as_read(self) -> bool:
        """Whether they still are."""
        return self._stamps() == self._read

    def _stamps(self) -> dict[str, int]:
        entries = [entry for folder in self._folders for entry in os.scandir(folder)]
        return {each.path: each.stat().st_mtime_ns for each in entries if each.is_file()}


def _forget_graders() -> None:
    # A second run in the same process reads the tests again.
    for name in [name for name in sys.modules if name.split(".")[0] == "graders"]:
        del sys.modules[name]
