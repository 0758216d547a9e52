"""The real course keeps its promises: all that the authors' gate finds quickly.

Solutions and skeletons are graded here; the known mistakes, about a second and a half each, are
graded by `make check`.
"""

from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.authoring import check, rooms
from hooklab.worker.launch import launcher

COURSE = catalogue.load(Path(__file__).parents[1])


@pytest.fixture(scope="module")
def warm():
    started = launcher()
    yield started
    started.close()


def test_the_rooms_of_the_course_agree():
    assert not list(rooms.whole_course(COURSE))


@pytest.mark.parametrize("slug", [exercise.slug for exercise in COURSE.exercises])
def test_an_exercise_holds(warm, slug):
    faults = check.run(COURSE, [slug], launch=lambda: warm, grade_mistakes=False)
    assert faults == [], "\n\n".join(map(str, faults))
