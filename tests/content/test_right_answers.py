"""Other right answers, unlike the references in structure and style, earn every point.

A sixth of them is graded after each commit; `make load` grades all.
"""

import os
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.authoring import known, tries
from hooklab.authoring.proof import one_in
from hooklab.grading.options import Options
from hooklab.worker import launch

COURSE = catalogue.load(catalogue.find_root(Path(__file__)))
ANSWERS = [
    answer
    for exercise in COURSE.exercises
    for answer in known.others(COURSE, exercise.slug)
    if not answer.loses
]
IS_CHOSEN = one_in(6, COURSE.root)


TRIED = [
    pytest.param(
        answer,
        id=f"{answer.slug}-{answer.name}",
        marks=[] if IS_CHOSEN(f"{answer.slug}/{answer.name}") else pytest.mark.load,
    )
    for answer in ANSWERS
]


@pytest.fixture(scope="module")
def launcher():
    launcher = launch.start_launcher()
    yield launcher
    launcher.close()


@pytest.mark.parametrize("answer", TRIED)
def test_another_right_answer_earns_every_point(launcher, answer, tmp_path):
    folder = answer.assemble(tmp_path / answer.slug)
    options = Options(submission=folder, database=os.environ.get("HOOKLAB_DATABASE_URL"))
    found = tries.results(COURSE, answer.slug, options, launcher=launcher)
    rest = {check.id: check for check in found.values() if check.outcome != "earned"}
    assert not rest, "\n".join(f"{name}: {check.message}" for name, check in rest.items())


def test_there_are_answers():
    assert ANSWERS
