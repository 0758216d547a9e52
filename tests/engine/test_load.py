"""Beside other work a right answer is slower and never wrong; one that makes the work is wrong."""

import sys
import time

import pytest

from hooklab import deadline, texts
from hooklab.grading import app as app_module
from hooklab.grading import slot as slot_module
from hooklab.worker import process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="others have no Landlock either")

# What an honest app needs of the processor, four times within what it is given below: alone on a
# machine it is in time, with a tenth of a processor it is not, by the clock.
WORKS = """
import time
from fastapi import BackgroundTasks, FastAPI

def work(seconds=0.2):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

work()

def create_app(settings):
    app = FastAPI()
    done = []

    @app.get("/now")
    def now() -> int:
        work()
        return 1

    @app.get("/later")
    def later(tasks: BackgroundTasks) -> int:
        tasks.add_task(lambda: (work(), done.append(1)))
        return 1

    @app.get("/done")
    def done_() -> int:
        return len(done)

    @app.get("/call")
    def call(tasks: BackgroundTasks) -> int:
        from hooklab.services.slack import slack_client
        tasks.add_task(lambda: (work(), slack_client(settings).send(text="hello")))
        return 1

    return app
"""
TESTS = """
def test_now(lab):
    lab.app.get("/now").expect("2xx")

def test_later(lab):
    lab.app.get("/later").expect("2xx")
    lab.app.settle(0.8)
    assert lab.app.get("/done").text == "1"

def test_in_time(lab):
    request = lab.app.later("GET", "/now")
    assert lab.wait([request], timeout=0.8).done

def test_calls(lab):
    with lab.slack.hold("request") as hold:
        lab.app.get("/call")
        assert hold.wait(timeout=0.8)
"""


@pytest.mark.load
def test_a_right_answer_beside_busy_processes_loses_nothing(crowded, sample, monkeypatch):
    monkeypatch.setattr(process, "START_SECONDS", 1.5)
    monkeypatch.setattr(app_module, "RESPONSE_SECONDS", 0.8)
    sample._launcher = crowded
    (sample.answer / "app.py").write_text(WORKS, encoding="utf-8")
    sample.write(TESTS, "now", "later", "in_time", "calls")
    found = sample.grade().values()
    # On a machine with still more to do nobody can tell, and then nobody says that it is wrong.
    assert {check.outcome for check in found} <= {"earned", "could_not_grade"}, found
    assert any(check.outcome == "earned" for check in found)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Why it could not be graded:\n  the machine is too busy: for 1 s of 1 s, the app"),
        ("fr", "pu être noté :\n  la machine est trop occupée : pendant 1 s sur 1 s"),
    ],
)
def test_what_nobody_can_tell_is_neither_earned_nor_lost(sample, monkeypatch, language, said):
    texts.use(language)
    monkeypatch.setattr(app_module, "RESPONSE_SECONDS", 0.2)
    monkeypatch.setattr(deadline, "GRACE", 0.3)
    # Somebody stands in the queue all the time.
    waits = lambda *_processes: deadline.Usage({}, {1: time.monotonic()})  # noqa: E731
    monkeypatch.setattr(slot_module, "read_usage", waits)
    sample.write(
        """
        def test_slow(lab):
            lab.app.get("/slow").expect("2xx")

        def test_next(lab):
            pass
        """,
        "slow",
        "next",
        needs={"next": ["slow"]},
    )
    sample.write_app("""
        import time
        from fastapi import FastAPI

        def create_app(settings):
            app = FastAPI()
            app.get("/slow")(lambda: time.sleep(3600))
            return app
    """)
    found = sample.grade()
    assert said in found["slow"].message.replace("\N{NO-BREAK SPACE}", " ")
    assert {(each.outcome, each.earned) for each in found.values()} == {("could_not_grade", 0)}
    assert "slow" in found["next"].message


CROWDS = {
    "children": "if os.fork() == 0: burn()",
    "threads": "threading.Thread(target=burn).start()",
    "grandchildren of nobody": "if os.fork() == 0: (os.setsid(), os.fork() or burn(), os._exit(0))",
}


@pytest.mark.load
@pytest.mark.parametrize("name", CROWDS)
def test_an_answer_that_crowds_its_own_machine_is_wrong(sample, monkeypatch, name):
    monkeypatch.setattr(app_module, "RESPONSE_SECONDS", 0.5)
    sample.write(
        """
        def test_slow(lab):
            lab.app.get("/slow").expect("2xx")
        """,
        "slow",
    )
    sample.write_app(f"""
        import os, threading
        from fastapi import FastAPI

        def burn():
            while True:
                sum(range(10_000))

        def create_app(settings):
            app = FastAPI()

            @app.get("/slow")
            def slow() -> int:
                for _number in range(12):
                    {CROWDS[name]}
                burn()

            return app
    """)
    started = time.monotonic()
    found = sample.grade()["slow"]
    assert (found.outcome, found.earned) == ("not_earned", 0)
    assert "no answer in time" in found.message
    assert time.monotonic() - started < 30
