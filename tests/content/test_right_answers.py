"""Other right answers, unlike the references in structure and style, earn every point."""

import os
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.authoring import known
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import launch

COURSE = catalogue.load(catalogue.find_root(Path(__file__)))
ANSWERS = [
    answer
    for exercise in COURSE.exercises
    for answer in known.others(COURSE, exercise.slug)
    if not answer.loses
]


@pytest.fixture(scope="module")
def launcher():
    launcher = launch.start_launcher()
    yield launcher
    launcher.close()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"{answer.slug}-{answer.name}")
def test_another_right_answer_earns_every_point(launcher, answer, tmp_path):
    folder = answer.assemble(tmp_path / answer.slug)
    options = Options(submission=folder, database=os.environ.get("HOOKLAB_DATABASE_URL"))
    card = grade(COURSE, [answer.slug], options, launcher=launcher)
    lost = [
        f"{check.id}: {check.message}"
        for check in card.exercises[0].checks
        if check.outcome != "earned"
    ]
    assert not lost, "\n".join(lost)


def test_there_are_answers():
    assert ANSWERS
