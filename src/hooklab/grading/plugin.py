"""Plain `pytest graders/<slug>`: the same grading from a terminal or an editor's test view."""

from pathlib import Path

import pytest

from hooklab.texts import LANGUAGES, detect, use


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a grading run."""
    group = parser.getgroup("hooklab", "hooklab: grading webhooks exercises")
    group.addoption("--submission", metavar="DIR", type=Path, help="grade this folder")
    group.addoption("--solutions", action="store_true", help="grade solutions/<slug>")
    group.addoption("--lang", choices=LANGUAGES, help="language of the messages")
    group.addoption("--grading-seed", metavar="N", type=int, default=0, help="repeats a run")
    group.addoption("--grading-database", metavar="URL", help="PostgreSQL instead of SQLite")
    group.addoption("--grading-redis", metavar="URL", help="a real Redis server")
    group.addoption("--app-debug", action="store_true", help="make breakpoint() work in the app")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Grade, unless `hooklab grade` has brought its own session."""
    if config.pluginmanager.has_plugin("hooklab-grading"):
        return
    use(config.getoption("lang") or detect())
    from hooklab.grading.run import plain_session

    config.pluginmanager.register(plain_session(config), "hooklab-grading")
