"""Who starts the workers may be killed by one of them: another takes its place."""

import os
import signal
import time

import pytest

from hooklab.grading.relauncher import Relauncher
from hooklab.worker import launch
from hooklab.worker.launch import LauncherGone, start_launcher

HOME_TEST = 'def test_home(lab):\n    lab.app.get("/").expect("200")\n'

GOOD = """
    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()

        @app.get("/")
        def home() -> str:
            return "home"

        return app
"""


def kill_launcher(launcher) -> None:
    launcher._process.kill()
    launcher._process.wait()


def test_a_launcher_that_was_killed_is_replaced(start_slot):
    first = start_launcher()
    launcher = Relauncher(first)
    try:
        before = start_slot(GOOD, by=launcher)
        kill_launcher(first)
        with pytest.raises(LauncherGone):
            first.prepare(0)
        after = start_slot(GOOD, by=launcher)
        assert after.failure is None
        assert before.workers[0].end() == -signal.SIGKILL
        after.workers[0].forget()
    finally:
        launcher.close()
        first.close()


def test_a_launcher_that_was_stopped_is_replaced_at_once(start_slot):
    first = start_launcher()
    launcher = Relauncher(first)
    try:
        start_slot(GOOD, by=launcher).workers[0].forget()
        os.kill(first._process.pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(LauncherGone):
            first.prepare(0)
        assert time.monotonic() - started < launch.WARM_UP_SECONDS / 2
        assert start_slot(GOOD, by=launcher).failure is None
    finally:
        launcher.close()
        first.close()


def test_a_run_goes_on_when_its_launcher_has_been_killed(sample):
    own = start_launcher()
    sample._launcher = own
    tests = "\n".join(
        f'def test_{name}(lab):\n    lab.app.get("/").expect("200")\n' for name in "abcdef"
    )
    sample.write(tests, *"abcdef")
    sample.write_app(GOOD)
    kill_launcher(own)
    found = sample.grade()
    own.close()
    assert {each.outcome for each in found.values()} == {"earned"}


def test_a_launcher_that_never_lives_costs_checks_with_a_reason(sample, monkeypatch):
    class Dead:
        def __getattr__(self, name):
            def gone(*_arguments):
                raise LauncherGone("the process has ended", "run it again")

            return gone if name != "close" else lambda: None

    sample._launcher = Dead()
    monkeypatch.setattr("hooklab.grading.relauncher.Relauncher.__init__.__defaults__", (Dead,))
    sample.write(HOME_TEST + "\ndef test_nothing(answers):\n    pass\n", "home", "nothing")
    found = sample.grade()
    assert found["home"].outcome == "could_not_grade"
    assert "the process has ended" in found["home"].message
    assert "LauncherGone" not in found["home"].message
    assert found["nothing"].outcome == "earned"
