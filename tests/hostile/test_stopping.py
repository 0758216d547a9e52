"""Stop before the assertions, or stop the judge: whatever ends is not earned, and the rest goes on.

HOSTILE techniques A: exits, skips, crashes; and signals to the processes that grade.
"""

import signal
import time

import pytest

from .answers import RIGHT, WRONG, WRONG_POINTS, knock
from .arena import GRADING_SECONDS, needs_landlock

UNSAYABLE = """
class Unsayable(Exception):
    def __str__(self):
        {body}
raise Unsayable
"""

# By name: the payload, and what is said when it runs at the import and when it is called.
STOPS = {
    "sys.exit": ("sys.exit(0)", "SystemExit", ""),
    "os._exit": ("os._exit(0)", "exit status 0", "exit status 0"),
    "kills itself": ("os.kill(os.getpid(), 9)", "signal 9", "signal 9"),
    "kills its group": ("os.killpg(0, 9)", "signal 9", "signal 9"),
    "skips by pytest": (
        "import pytest; pytest.skip('no', allow_module_level=True)",
        "Skipped",
        "Skipped",
    ),
    "skips by unittest": ("import unittest; raise unittest.SkipTest('no')", "SkipTest", "SkipTest"),
    "is expected to fail": ("import pytest; pytest.xfail('known')", "XFailed", "XFailed"),
    "exits pytest": ("import pytest; pytest.exit('done', returncode=0)", "Exit", ""),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
    "ends a generator": ("raise GeneratorExit", "GeneratorExit", ""),
    "raises its own end": (
        "raise type('Mine', (BaseException,), {})('x')",
        "Mine",
        "",
    ),
    "cannot be said": (UNSAYABLE.replace("{body}", "raise self"), "Unsayable", "500"),
    "says a flood": (UNSAYABLE.replace("{body}", "return 'x' * 200_000_000"), "Unsayable", "500"),
    "recurses": ("payload(name)", "RecursionError", "RecursionError"),
    "crashes": ("ctypes.string_at(0)", "signal 11", "signal 11"),
    "faults": ("import faulthandler; faulthandler._sigsegv()", "signal 11", "signal 11"),
    "aborts": ("os.abort()", "signal 6", "signal 6"),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_wrong_answer_that_stops_at_its_import_earns_nothing(arena, name):
    payload, at_import, _at_call = STOPS[name]
    arena.submit(knock(payload, when="import", value=WRONG)).assert_lost(at_import)


@pytest.mark.parametrize("name", STOPS)
def test_a_right_answer_that_stops_when_it_is_called_earns_nothing(arena, name):
    payload, _at_import, at_call = STOPS[name]
    arena.submit(knock(payload, when="call", value=RIGHT)).assert_lost(at_call)


def test_what_is_not_stopped_is_earned(arena):
    """Only the second check meets the end: the first and the third keep their points."""
    payload = "if name in ('Grace',): os._exit(0)"
    found = arena.submit(knock(payload, value=RIGHT))
    found.assert_lost("exit status 0", earned=WRONG_POINTS)


def test_an_exit_in_a_thread_ends_nothing(arena):
    found = arena.submit(knock("sys.exit(0)", when="thread"))
    found.assert_lost("a greeting for", earned=WRONG_POINTS)


def test_a_text_without_end_is_given_up(arena):
    payload = UNSAYABLE.replace("{body}", "while True: pass")
    found = arena.submit(knock(payload, when="import"), start_seconds=2)
    found.assert_lost("did not start within")


SIGNALS = {
    "ends the judge": "os.kill(JUDGE, signal.SIGKILL)",
    "stops the judge": "os.kill(JUDGE, signal.SIGSTOP)",
    "interrupts the judge": "os.kill(JUDGE, signal.SIGINT)",
    "ends the fork server": "os.kill(parent, signal.SIGKILL)",
    "stops the fork server": "os.kill(parent, signal.SIGSTOP)",
}


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
@pytest.mark.parametrize("name", SIGNALS)
def test_no_signal_reaches_the_judge(arena, name, value):
    needs_landlock(6, "a signal to another process")
    # A process that was orphaned has a parent that the test did not start.
    payload = f"parent = os.getppid()\nif parent > 1: attempt({name!r}, lambda: {SIGNALS[name]})"
    found = arena.submit(knock(payload, when="import", value=value))
    assert found.earned == (WRONG_POINTS if value == WRONG else 2.5)


def test_after_the_death_of_the_fork_server_a_new_one_grades(arena):
    assert_replaced(arena, signal.SIGKILL)


def test_in_the_place_of_a_fork_server_that_was_stopped_a_new_one_grades(arena):
    started = time.monotonic()
    assert_replaced(arena, signal.SIGSTOP)
    assert time.monotonic() - started < GRADING_SECONDS


def assert_replaced(arena, number):
    arena.assert_all_is_graded()
    arena.judge.signal_children(number)
    try:
        # It may cost the check that met it, and nothing else.
        found = arena.grade(arena.course / "solutions" / "knock")
        assert {check["outcome"] for check in found.lost} <= {"could_not_grade"}
        arena.assert_all_is_graded()
    finally:
        arena.judge.end()
