"""What the tests of several folders need: a real PostgreSQL server, where there is one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hooklab.grading import database
from hooklab.worker import launch

# The toy course belongs to the engine's tests: pytest does not collect its graders as tests.
collect_ignore = ["toy"]

POSTGRES = os.environ.get(
    "HOOKLAB_TEST_DATABASE_URL", "postgresql+psycopg://root@127.0.0.1/postgres"
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[database.Server]:
    """A real PostgreSQL server, where one can be reached."""
    try:
        server = database.server(POSTGRES)
    except Exception as error:
        pytest.skip(f"no PostgreSQL at {POSTGRES}: {error}")
    yield server
    server.close()


BUSY = 9
# They end with the process that started them.
BURN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"


@pytest.fixture(scope="module")
def crowded() -> Iterator[launch.Launcher]:
    """A launcher whose apps share one processor with nine processes that are always busy."""
    if sys.platform != "linux":
        pytest.skip("only Linux tells who waited for a processor")
    with ExitStack() as resources:
        mine = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(mine)})
        try:
            launcher = launch.start_launcher()
            resources.callback(launcher.close)
            for _number in range(BUSY):
                # Linux may share a processor out among sessions, and each app has its own.
                command = [sys.executable, "-c", BURN]
                process = subprocess.Popen(command, start_new_session=True)
                resources.callback(process.wait)
                resources.callback(process.kill)
        finally:
            os.sched_setaffinity(0, mine)
        yield launcher
