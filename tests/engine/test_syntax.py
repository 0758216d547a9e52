"""Python's parser, asked by several threads at once."""

import gc
import sys
import threading
from pathlib import Path

import pytest

from hooklab import syntax
from hooklab.syntax import parse_python

SRC = Path(syntax.__file__).parent
AT_ONCE = 4
TIMES = 100
# Anything long: the parser must be interrupted in the middle of it.
TEXT = Path(syntax.__file__).with_name("rubric.py").read_text(encoding="utf-8")


class Slow:
    """Rubbish whose end takes so long that another thread gets its turn."""

    def __init__(self):
        self.itself = self

    def __del__(self):
        sum(range(100))


@pytest.fixture
def hurried():
    """Threads that change places often, and rubbish that is collected often."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-5)
    gc.set_threshold(50)
    yield
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval)


def test_threads_that_read_at_once_are_not_told_nonsense(hurried):
    faults = []

    def read():
        for _time in range(TIMES):
            Slow()
            try:
                parse_python(TEXT)
            except SystemError as error:
                faults.append(error)

    threads = [threading.Thread(target=read) for _each in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_nobody_asks_the_parser_past_this():
    past = [
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if path.name != "syntax.py" and "ast.parse(" in path.read_text(encoding="utf-8")
    ]
    assert past == []
