"""Which lines of an answer run is noted, in every process of the app and until its last moment."""

from textwrap import dedent

from hooklab import catalogue
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import isolation
from hooklab.worker.lines import read_lines

APP = """
    import asyncio
    import threading
    from fastapi import FastAPI

    from .work import later

    def create_app(settings):
        app = FastAPI()

        @app.get("/thread")
        def thread():
            done = threading.Thread(target=later)
            done.start()
            done.join()
            return "thread"

        @app.get("/loop")
        async def loop():
            await asyncio.sleep(0)
            return "loop"

        @app.get("/never")
        def never():
            return "never"

        return app
"""
WORK = """
    def later():
        value = 1
        return value
"""
TESTS = """
    def test_thread(lab):
        lab.app.get("/thread").expect("2xx")
        lab.app.kill()

    def test_loop(lab):
        lab.app.another()
        lab.app.request("GET", "/loop", app=1).expect("2xx")

    def test_nothing(answers):
        pass
"""

FORGES = """
        import os, pathlib
        place = pathlib.Path(os.environ["HOME"]).parent / "lines"
        place.unlink()
        place.write_text("forged.py:1")
        """


def line(text, wanted):
    return [each.strip() for each in dedent(text).splitlines()].index(wanted) + 1


def test_the_lines_that_run_are_noted_by_check(sample, launcher):
    sample.write_app(APP)
    (sample.answer / "work.py").write_text(dedent(WORK))
    sample.write(TESTS, "thread", "loop", "nothing")
    noted = {}
    grade(
        catalogue.load(sample.root),
        ["sample"],
        Options(),
        launcher=launcher,
        noted=lambda check, ran: noted.setdefault(check, ran.lines),
    )
    assert set(noted) == {"thread", "loop"}
    thread, loop = (line(APP, f'return "{name}"') for name in ("thread", "loop"))
    assert {thread, loop} & noted["thread"]["app.py"] == {thread}
    assert {thread, loop} & noted["loop"]["app.py"] == {loop}
    assert line(APP, 'return "never"') not in noted["thread"]["app.py"]
    assert line(APP, "app = FastAPI()") in noted["loop"]["app.py"]
    assert noted["thread"]["work.py"] >= {line(WORK, "value = 1"), line(WORK, "return value")}
    assert line(WORK, "value = 1") not in noted["loop"]["work.py"]


def test_what_is_no_line_is_left_out():
    noted = "app.py:3\napp.py:x\napp.py:\n\n[...]\nb.py:²\nc.py:" + "9" * 5000
    assert read_lines(noted) == {"app.py": {3}}


def test_a_file_in_the_place_of_the_notes_is_not_read(sample, launcher, monkeypatch):
    # Behind a wall an app cannot put one there.
    monkeypatch.setenv(isolation.CHOICE, isolation.PROCESS)
    sample.write_app(APP.replace("app = FastAPI()", FORGES.strip() + "\n        app = FastAPI()"))
    sample.write("def test_home(lab):\n    lab.app.get('/loop').expect('200')\n", "home")
    noted = {}
    grade(
        catalogue.load(sample.root),
        ["sample"],
        Options(),
        launcher=launcher,
        noted=lambda check, ran: noted.setdefault(check, ran.lines),
    )
    assert "forged.py" not in noted["home"]
    assert noted["home"]["app.py"]
