"""The pages that solutions serve, with the site's own browser to look at them."""

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hooklab.world import World

ROOT = Path(__file__).parents[2]

_spec = importlib.util.spec_from_file_location("site_conftest", ROOT / "tests/site/conftest.py")
_site = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_site)

browser = _site.browser

SERVE = """
import sys
from pathlib import Path

import uvicorn

from hooklab.worker.loading import load_app_module
from hooklab.worker.course_settings import load_settings

folder = Path(sys.argv[1])
settings = load_settings(folder / "settings.py")(_env_file=None)
app = load_app_module(folder).create_app(settings)
uvicorn.run(app, fd=int(sys.argv[2]), log_level="warning")
"""


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """The services around the apps; each starts when somebody asks for it."""
    with World(now=lambda: datetime.now(UTC), seed=1) as world:
        yield world


@pytest.fixture(scope="session")
def serve(tmp_path_factory) -> Iterator[Callable[[str, Mapping[str, str]], str]]:
    """Starts the solution of an exercise with these settings; the address of the app."""
    running: list[subprocess.Popen] = []

    def start(slug: str, settings: Mapping[str, str]) -> str:
        home = tmp_path_factory.mktemp(slug)
        known = {"DATABASE_URL": f"sqlite:///{home / 'app.db'}"}
        # Whoever connects from now on waits until the app accepts.
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            (home / "app.log").open("wb") as log,
        ):
            door = listener.fileno()
            process = subprocess.Popen(
                [sys.executable, "-c", SERVE, str(ROOT / "solutions" / slug), str(door)],
                cwd=home,
                env={**os.environ, **known, **settings},
                stderr=log,
                pass_fds=[door],
            )
            running.append(process)
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for process in running:
        process.terminate()
        process.wait()
