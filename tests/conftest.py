"""What the tests of several folders need: a real PostgreSQL server, where there is one."""

import os
from collections.abc import Iterator

import pytest

from hooklab.grading import database

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
