"""What an instructor would write instead: plain pytest, in one process with the answer.

For each check a fresh database, a fresh app and Starlette's test client, which gets the deliveries
that hooklab made in that check. `benchmarks/throughput.py` writes them down and runs this.
"""

import json
import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel
from standardwebhooks import Webhook
from starlette.testclient import TestClient

ANSWER = Path(os.environ["ANSWER"])
CHECKS = json.loads(Path(os.environ["DELIVERIES"]).read_text(encoding="utf-8"))


@pytest.fixture
def settings(tmp_path, monkeypatch):
    def make(environment: dict[str, str]) -> object:
        database = f"sqlite:///{tmp_path}/app.db"
        for name, value in {**environment, "DATABASE_URL": database}.items():
            monkeypatch.setenv(name, value)
        from hooklab.services import Settings

        return Settings(_env_file=None)

    return make


@pytest.mark.parametrize("check", CHECKS)
def test_the_answer_responds_as_the_reference_does(check, settings, monkeypatch):
    monkeypatch.syspath_prepend(str(ANSWER.parent))
    made = settings(check["environment"])
    app = import_module(f"{ANSWER.name}.app").create_app(made)
    with TestClient(app, raise_server_exceptions=False) as client:
        for each in check["deliveries"]:
            body = each["body"].encode("latin-1")
            response = client.request(
                each["method"], each["path"], headers=_headers(each, body), content=body
            )
            # A database that was taken away is there.
            wanted = 2 if each["status"] >= 500 else each["status"] // 100
            assert response.status_code // 100 == wanted
    engine = create_engine(made.database_url)
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            connection.execute(text(f'SELECT * FROM "{table}"')).all()
    assert SQLModel.metadata.tables
    assert "hooklab.grading" not in sys.modules


def _headers(delivery: dict, body: bytes) -> list[tuple[bytes, bytes]]:
    """Those of the delivery; a good signature is made again, because its time has passed."""
    found = dict(delivery["headers"])
    if delivery["secret"]:
        now = datetime.now(UTC)
        signed = Webhook(delivery["secret"]).sign(found["svix-id"], now, body.decode())
        found |= {"svix-timestamp": str(int(now.timestamp())), "svix-signature": signed}
    return [(name.encode(), value.encode("utf-8")) for name, value in found.items()]
