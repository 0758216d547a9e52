"""Grading as a function: exercises in, scorecard out."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

import hooklab
from hooklab.catalogue import Course
from hooklab.errors import HooklabError, NotBegun
from hooklab.grading.options import Options, check_folder
from hooklab.grading.session import GradingSession, Progress
from hooklab.reports.text import print_scorecard
from hooklab.scorecard import Scorecard
from hooklab.texts import _
from hooklab.worker.launch import Launcher, launcher

SETTINGS = Path(__file__).parent / "pytest.ini"


def grade(
    course: Course,
    slugs: Sequence[str],
    options: Options,
    *,
    launch: Callable[[], Launcher],
    progress: Progress = lambda _slug, _result: None,
    begin: Callable[[], bool] | None = None,
) -> Scorecard:
    """Grade the exercises `slugs` and return the scorecard.

    Args:
        launch: gives the launcher of the apps; the caller closes it.
        progress: called after each check with the slug and its result.
        begin: called when the checks have been read, and nothing of the answers; grading begins
            when it returns True. So a pause can be used that comes before the answers are there.

    Raises:
        HooklabError: a folder is missing, a rubric is broken, a test file cannot be read.
        KeyboardInterrupt: a person pressed Ctrl-C; everything that was started has ended.
        NotBegun: `begin` returned False, or a file of the graders had changed when it returned.
    """
    for slug in slugs:
        check_folder(options.folder(course, slug))
    graders = _Files(course, slugs)
    session = GradingSession(
        options, launch, progress, begin=lambda: begin is None or (begin() and graders.are_as_read)
    )
    session.claim_redis()
    if begin is None:
        session.get_ready(course, slugs[0])
    status, output = _run_pytest(course, slugs, session)
    if session.error:
        raise session.error
    if session.interrupted:
        raise KeyboardInterrupt
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise HooklabError(
            _("the grader of {slugs} cannot be run:\n{output}").format(
                slugs=", ".join(slugs), output=output.strip()
            ),
            _("this is a fault of the course, not of your answer; please report it"),
        )
    if not session.begun:
        raise NotBegun
    return scorecard(session)


def scorecard(session: GradingSession) -> Scorecard:
    """What `session` found, with the conditions under which it was found."""
    return Scorecard(
        engine=hooklab.__version__,
        isolation="debug" if session.options.debug else "process",
        seed=session.options.seed,
        exercises=session.results(),
    )


def plain_session(config: pytest.Config) -> GradingSession:
    """The session of a plain `pytest graders/<slug>`, which prints the scorecard itself."""
    options = Options(
        submission=config.getoption("submission"),
        solutions=config.getoption("solutions"),
        seed=config.getoption("grading_seed"),
        database=config.getoption("grading_database") or os.environ.get("HOOKLAB_DATABASE_URL"),
        debug=config.getoption("app_debug"),
        redis=config.getoption("grading_redis") or os.environ.get("HOOKLAB_REDIS_URL"),
    )
    return _PlainSession(options)


class _PlainSession(GradingSession):
    """Owns its launcher, and reports in pytest's terminal."""

    def __init__(self, options: Options) -> None:
        @cache
        def launch() -> Launcher:
            started = launcher(debug=options.debug)
            self.resources.callback(started.close)
            return started

        super().__init__(options, launch)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Let pytest say what is wrong with a rubric: nobody else does."""
        try:
            super().pytest_collection_modifyitems(items)
        except pytest.UsageError:
            raise pytest.UsageError(str(self.error)) from None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the scorecard below pytest's own report."""
        if self.rubrics:
            text = StringIO()
            print_scorecard(scorecard(self), file=text, details=False)
            terminalreporter.write_line(text.getvalue().rstrip())


def _run_pytest(course: Course, slugs: Sequence[str], session: GradingSession) -> tuple[int, str]:
    _forget_graders()
    arguments = [
        # Plugins that happen to be installed must not change how a grade comes about.
        "--disable-plugin-autoload",
        *("-c", str(SETTINGS), "--rootdir", str(course.root), "--no-header", "-q"),
        # A debugger needs the terminal. Otherwise descriptors stay as they are, for the progress.
        "--capture=no" if session.options.debug else "--capture=sys",
        *(["--exitfirst"] if session.options.first_loss else []),
        *(str(path) for slug in slugs for path in _tests(course.grader(slug))),
    ]
    output = StringIO()
    with redirect_stdout(output):
        status = pytest.main(arguments, plugins=[_Named(session)])
    return int(status), output.getvalue()


def _tests(folder: Path) -> list[Path]:
    """The files with the checks: given the folder, pytest would walk through all known mistakes."""
    return sorted(folder.glob("test_*.py")) or [folder]


class _Files:
    """The files of a run's graders, as they are when this is made."""

    def __init__(self, course: Course, slugs: Sequence[str]) -> None:
        self._folders = [course.root / "graders", *(course.grader(slug) for slug in slugs)]
        self._read = self._stamps()

    @property
    def are_as_read(self) -> bool:
        """Whether they still are."""
        return self._stamps() == self._read

    def _stamps(self) -> dict[str, int]:
        entries = [entry for folder in self._folders for entry in os.scandir(folder)]
        return {each.path: each.stat().st_mtime_ns for each in entries if each.is_file()}


class _Named:
    """Registers the session under the name that `hooklab.grading.plugin` looks for."""

    def __init__(self, session: GradingSession) -> None:
        self._session = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self._session, "hooklab-grading")


def _forget_graders() -> None:
    # A second run in the same process reads the tests again.
    for name in [name for name in sys.modules if name.split(".")[0] == "graders"]:
        del sys.modules[name]
