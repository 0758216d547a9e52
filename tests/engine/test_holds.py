"""What is held is looked at from outside: what was committed, who rests, which locks there are."""

import time
from functools import partial

import pytest

from hooklab.deadline import MachineTooSlow
from hooklab.grading import database_faults, hold
from hooklab.grading.failure import CheckFailed

APP = """
    import fcntl, sqlite3, threading, time
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

        @app.get("/breaks")
        def write_twice_and_break():
            with engine.begin() as connection:
                for _ in range(2):
                    connection.execute(text("UPDATE note SET word = 'two'"))
                raise RuntimeError

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

        @app.get("/writes-later")
        def write_later():
            threading.Thread(target=lambda: (time.sleep(0.4), held())).start()

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


@pytest.mark.parametrize(
    ("path", "is_held"), [("/held", True), ("/reads", False), ("/writes-later", True)]
)
def test_nobody_is_waited_for_who_will_not_come(lab, monkeypatch, path, is_held):
    monkeypatch.setattr(database_faults, "HELD_SECONDS", 120.0)
    started = time.monotonic()
    with lab.database.hold_writes() as held:
        assert held(later(lab, path)()) == is_held
    assert time.monotonic() - started < 60


def test_a_write_that_the_gate_let_go_by_itself_is_not_judged(lab, monkeypatch):
    monkeypatch.setattr(hold, "GATE_SECONDS", 0.2)
    lab.app.get("/held").expect("2xx")
    requests = []

    def hold_too_long():
        with lab.database.hold_writes() as held:
            requests.append(later(lab, "/held")())
            assert held()
            time.sleep(0.3)

    # An app that answers now has done nothing wrong: on a busy machine the gate opens in the end.
    with pytest.raises(MachineTooSlow, match="too busy"):
        hold_too_long()
    requests[0].result().expect("2xx")


def test_the_fault_of_a_block_is_told_before_the_machines(lab, monkeypatch):
    monkeypatch.setattr(hold, "GATE_SECONDS", 0.2)

    def lose_after_a_long_hold():
        with lab.database.hold_writes() as held:
            later(lab, "/held")()
            held()
            time.sleep(0.3)
            lab.require(False, en="wanted", fr="voulu", got="found")

    with pytest.raises(CheckFailed, match="found"):
        lose_after_a_long_hold()


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


@pytest.mark.parametrize("is_late", [False, True])
def test_an_error_that_comes_late_is_not_judged(lab, monkeypatch, is_late):
    lab.app.get("/held").expect("2xx")
    race = partial(lab.together, [later(lab, "/breaks")] * 2, after=1)
    if is_late:
        # The hold itself took no longer than usual: its end is what the rivals wait for too.
        monkeypatch.setattr(hold, "PATIENCE_SECONDS", 0.0)
        with pytest.raises(MachineTooSlow):
            race()
    else:
        assert [answer.status for answer in race()] == [500, 500]


IMPATIENT = """
    import time
    from fastapi import FastAPI
    from sqlalchemy import create_engine, text

    def create_app(settings):
        engine = create_engine(settings.database_url, connect_args={"timeout": 1.5})
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS note (word TEXT)"))
        app = FastAPI()

        @app.post("/webhooks/clerk")
        @app.get("/alone")
        def alone():
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.execute(text("INSERT INTO note VALUES ('one')"))
                # As on a busy machine: the lock stays for a while after the end of the hold.
                time.sleep(2.0)
                connection.commit()

        return app
"""


@pytest.mark.parametrize("way", ["together", "overtaken"])
def test_a_rival_that_loses_patience_with_a_lock_is_not_blamed(open_lab, monkeypatch, way):
    lab = open_lab(IMPATIENT)
    # This driver is less patient than others.
    monkeypatch.setattr(hold, "PATIENCE_SECONDS", 0.5)
    # Svix tries again, and so deliveries can be judged.
    one, two = lab.clerk.user_created(), lab.clerk.user_created()
    deliver, ask = lab.deliver, later(lab, "/alone")
    is_overtaken = way == "overtaken"
    for answer in deliver.overtaken(one, by=two) if is_overtaken else deliver.together([one, two]):
        answer.expect("2xx")
    with pytest.raises(MachineTooSlow, match="waited so long for a lock"):
        lab.overtaken(ask, by=ask) if is_overtaken else lab.together([ask, ask])


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

        @app.get("/some")
        def some(): return sum(range(1_000_000))

        @app.get("/much")
        def much():
            end = time.thread_time() + 0.3
            while time.thread_time() < end: pass
            return len(bytearray(b"x" * 50_000_000))

        return app
"""


def test_what_grows_is_measured_again_before_it_counts(open_lab):
    lab = open_lab(COSTLY)
    less, more = (partial(lab.app.get, path) for path in ("/", "/some"))
    assert lab.app.growth(less, less, most=3) < 3
    assert lab.app.growth(less, more, most=3) > 3
