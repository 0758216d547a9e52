"""Which lines of an answer run is noted, in every process of the app and until its last moment."""

from textwrap import dedent

from hooklab import catalogue
from hooklab.grading.options import Options
from hooklab.grading.run import grade
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
        noted=lambda check, lines: noted.setdefault(check, lines),
    )
    assert set(noted) == {"thread", "loop"}
    thread, loop = (line(APP, f'return "{name}"') for name in ("thread", "loop"))
    assert {thread, loop} & noted["thread"]["app.py"] == {thread}
    assert {thread, loop} & noted["loop"]["app.py"] == {loop}
    assert line(APP, 'return "never"') not in noted["thread"]["app.py"]
    assert line(APP, "app = FastAPI()") in noted["loop"]["app.py"]
    assert noted["thread"]["work.py"] >= {line(WORK, "value = 1"), line(WORK, "return value")}
    assert line(WORK, "value = 1") not in noted["loop"]["work.py"]


def test_nothing_is_noted_when_nobody_asks(tmp_path):
    assert read_lines(tmp_path / "lines") == {}
