"""A claim takes as many rows as it was asked for, whatever plan PostgreSQL makes for it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# With these statistics, PostgreSQL joins a subquery in a loop, and runs it once for each row.
CLAIM = """
import importlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, SQLModel, create_engine, text, update

from hooklab.worker.loading import load_app_module

load_app_module(Path(sys.argv[1]))
models = importlib.import_module("submission.models")
queue = importlib.import_module("submission.queue")
engine = create_engine(sys.argv[2])
SQLModel.metadata.create_all(engine)


def owe(users):
    with Session(engine) as session, session.begin():
        for user in users:
            session.add(models.User(clerk_id=f"user_{user}"))
            session.flush()
            for service in ("slack", "newsletter", "support", "analytics"):
                queue.owe(session, f"user_{user}", service)


owe(range(5))
with Session(engine) as session, session.begin():
    session.exec(update(models.IntegrationTask).values(status="done"))
with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
    connection.execute(text("VACUUM ANALYZE integration_task"))
owe(range(5, 10))
for count in (1, 1, 10):
    with Session(engine) as session, session.begin():
        lease = timedelta(minutes=5)
        print(len(queue.claim(session, "slack", datetime.now(UTC), lease, count)))
"""


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_a_claim_takes_no_more_than_it_may(postgres, tmp_path, folder):
    database = postgres.create(tmp_path)
    command = [sys.executable, "-c", CLAIM, str(ROOT / folder / "third_party_integrations")]
    run = subprocess.run([*command, database.url], capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["1", "1", "3"], run.stderr
