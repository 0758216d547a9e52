"""The real course keeps its promises: all that the authors' gate finds quickly.

Solutions and skeletons are graded here; the known mistakes, about a second and a half each, are
graded by `make check`.
"""

from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.authoring import check
from hooklab.worker.launch import launcher

COURSE = catalogue.load(Path(__file__).parents[1])


@pytest.fixture(scope="module")
def warm():
    started = launcher()
    yield started
    started.close()


def test_the_rooms_agree_and_every_exercise_holds(warm):
    faults = check.run(COURSE, launch=lambda: warm, grade_mistakes=False)
    assert faults == [], "\n\n".join(map(str, faults))
