"""Second correct answers, unlike the references in structure and style, earn every point."""

import os
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import launch

HERE = Path(__file__).parent
ANSWERS = sorted(folder for folder in HERE.iterdir() if (folder / "app.py").is_file())


@pytest.fixture(scope="module")
def launcher():
    started = launch.launcher()
    yield started
    started.close()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda folder: folder.name)
def test_a_second_correct_answer_earns_every_point(launcher, answer):
    course = catalogue.load(catalogue.find_root(HERE))
    # A folder may be called <slug> or, when there are several answers, <slug>-<what is special>.
    slug = answer.name.split("-")[0]
    options = Options(submission=answer, database=os.environ.get("HOOKLAB_DATABASE_URL"))
    card = grade(course, [slug], options, launch=lambda: launcher)
    lost = [
        f"{check.id}: {check.message}"
        for check in card.exercises[0].checks
        if check.outcome != "earned"
    ]
    assert not lost, "\n".join(lost)


def test_there_are_answers():
    assert ANSWERS
