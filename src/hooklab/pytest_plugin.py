"""Plain `pytest graders/<slug>`: the same grading from a terminal or an editor's test view."""

import os
from contextlib import ExitStack, closing
from io import StringIO
from pathlib import Path

import pytest

from hooklab.errors import HooklabError
from hooklab.grading.options import Options, seed_for
from hooklab.grading.plugin import GradingPlugin
from hooklab.grading.worlds import Worlds
from hooklab.reports.clean import clean
from hooklab.reports.text import print_scorecard
from hooklab.skeleton_errors import translated
from hooklab.texts import LANGUAGES, detect, use
from hooklab.worker.isolation import demand_wall
from hooklab.worker.launch import start_launcher

GRADING = pytest.StashKey[GradingPlugin]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a grading run."""
    group = parser.getgroup("hooklab", "hooklab: grading webhooks exercises")
    group.addoption("--submission", metavar="DIR", type=Path, help="grade this folder")
    group.addoption(
        "--allow-unconfined", action="store_true", help="do so without a wall around it"
    )
    group.addoption("--solutions", action="store_true", help="grade solutions/<slug>")
    group.addoption("--lang", choices=LANGUAGES, help="language of the messages")
    group.addoption("--grading-seed", metavar="N", type=int, help="repeats a run")
    group.addoption("--grading-database", metavar="URL", help="PostgreSQL instead of SQLite")
    group.addoption("--grading-redis", metavar="URL", help="a real Redis server")
    group.addoption("--app-debug", action="store_true", help="make breakpoint() work in the app")


def pytest_configure(config: pytest.Config) -> None:
    """Grade the checks that are found, if any."""
    use(config.getoption("lang") or detect())
    submission = config.getoption("submission")
    options = Options(
        submission=submission,
        solutions=config.getoption("solutions"),
        seed=seed_for(submission, config.getoption("grading_seed")),
        database=config.getoption("grading_database") or os.environ.get("HOOKLAB_DATABASE_URL"),
        debug=config.getoption("app_debug"),
        redis=config.getoption("grading_redis") or os.environ.get("HOOKLAB_REDIS_URL"),
    )
    if options.submission and not config.getoption("allow_unconfined"):
        try:
            demand_wall(debug=options.debug)
        except HooklabError as error:
            raise pytest.UsageError(str(error)) from None
    launchers = ExitStack()
    worlds = Worlds(
        options,
        lambda: launchers.enter_context(closing(start_launcher(debug=options.debug))),
    )
    # The last one is cleaned up first.
    config.add_cleanup(launchers.close)
    config.add_cleanup(worlds.close)
    config.stash[GRADING] = GradingPlugin(options, worlds, {})
    config.pluginmanager.register(config.stash[GRADING])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Let nothing that an answer wrote reach the terminal, or a file of results, as it is."""
    if isinstance(report.longrepr, str):
        report.longrepr = translated(clean(report.longrepr))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the scorecard below pytest's own report."""
    grading = config.stash[GRADING]
    if grading.submissions:
        text = StringIO()
        print_scorecard(grading.scorecard(), file=text, details=False)
        terminalreporter.write_line(text.getvalue().rstrip())
