"""What is held is looked at from outside: what was committed, who rests, which locks there are."""

import time

import pytest

from hooklab.grading.failure import CheckFailed

APP = """
    import fcntl, sqlite3, time
    from pathlib import Path
    from fastapi import FastAPI
    from sqlalchemy import create_engine, text
    from hooklab.services import make_engine

    def create_app(settings):
        engine = make_engine(settings.database_url)
        # The kit's instruments listen to SQLAlchemy, and nothing else of it is asked here.
        alone = make_engine(settings.database_url).raw_connection
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS note (word TEXT)"))
        app = FastAPI()
        INSERT = "INSERT INTO note VALUES ('one')"

        @app.get("/held")
        def held():
            with engine.begin() as connection:
                connection.execute(text(INSERT))

        @app.get("/alone")
        def write_alone():
            connection = alone()
            connection.cursor().execute(INSERT)
            connection.commit()
            connection.close()

        @app.get("/twice-alone")
        def twice():
            write_alone()
            write_alone()

        @app.get("/reads")
        def reads():
            with engine.connect() as connection:
                return connection.execute(text("SELECT count(*) FROM note")).scalar_one()

        @app.get("/sleeps")
        def sleeps():
            time.sleep(2.5)

        @app.get("/never")
        def never():
            time.sleep(600)

        @app.get("/file-lock")
        def file_lock():
            with Path("lock").open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                held()

        return app
"""


@pytest.fixture(params=["sqlite", "postgres"])
def lab(request, open_lab):
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    return open_lab(APP, server=server)


def later(lab, path):
    return lambda *, app=0: lab.app.later("GET", path, app=app)


@pytest.mark.parametrize(
    ("path", "after", "is_kept"),
    [
        ("/held", 0, True),
        ("/held", 1, True),
        ("/reads", 0, True),
        ("/alone", 0, False),
        ("/alone", 1, True),
        ("/twice-alone", 1, False),
        ("/twice-alone", 2, True),
    ],
)
def test_what_is_committed_while_writes_are_held_is_counted(lab, path, after, is_kept):
    lab.app.get("/held").expect("2xx")
    with lab.database.hold_writes(after=after) as held:
        request = later(lab, path)()
        if is_kept:
            assert held() == (path == "/held" and after == 0)
        else:
            with pytest.raises(CheckFailed) as failure:
                held()
            assert "SQLAlchemy" in failure.value.wanted
    request.result().expect("2xx")


def test_rivals_that_pass_the_gate_fail_the_check(lab):
    with pytest.raises(CheckFailed, match="while its writes were held"):
        lab.together([later(lab, "/alone")] * 2)


def test_a_rival_that_takes_its_time_is_waited_for(lab):
    slow, fast = lab.overtaken(later(lab, "/held"), by=later(lab, "/sleeps"))
    assert (slow.status, fast.status) == (200, 200)
    # The first one went on when the second one had answered.
    assert str(lab.journal).index("/sleeps →") < str(lab.journal).index("/held →")


def test_a_rival_that_never_answers_fails_the_check(lab, monkeypatch):
    monkeypatch.setattr("hooklab.grading.app.RESPONSE_SECONDS", 2.0)
    with pytest.raises(CheckFailed, match="/never"):
        lab.overtaken(later(lab, "/held"), by=later(lab, "/never"))


def test_a_lock_on_a_file_is_a_reason_to_wait(lab):
    started = time.monotonic()
    for answer in lab.overtaken(later(lab, "/file-lock"), by=later(lab, "/file-lock")):
        assert answer.status == 200
    assert time.monotonic() - started < 6
    lab.db.expect("note", 2)


def test_what_an_app_costs_is_counted(open_lab):
    lab = open_lab(COSTLY)
    with lab.app.cost() as little:
        lab.app.get("/").expect("2xx")
    with lab.app.cost() as much:
        lab.app.get("/much").expect("2xx")
    assert much.seconds > little.seconds + 0.1
    assert much.bytes > little.bytes + 30_000_000


COSTLY = """
    import time
    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()

        @app.get("/")
        def nothing(): return 0

        @app.get("/much")
        def much():
            end = time.thread_time() + 0.3
            while time.thread_time() < end: pass
            return len(bytearray(b"x" * 50_000_000))

        return app
"""
