"""Second correct answers, unlike the references in structure and style, earn every point."""

import os
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import launch

HERE = Path(__file__).parent
COURSE = catalogue.load(catalogue.find_root(HERE))
DRAFTS = {draft.slug for draft in COURSE.drafts}


def slug_of(answer: Path) -> str:
    """A folder is called <slug> or, when there are several answers, <slug>-<what is special>."""
    return answer.name.split("-")[0]


def is_answer(folder: Path) -> bool:
    """Whether somebody wrote something there: an app, or a typed answer."""
    return any(each.is_file() for pattern in ("*.py", "*.toml") for each in folder.glob(pattern))


ANSWERS = sorted(
    folder for folder in HERE.iterdir() if is_answer(folder) and slug_of(folder) not in DRAFTS
)


@pytest.fixture(scope="module")
def launcher():
    launcher = launch.start_launcher()
    yield launcher
    launcher.close()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda folder: folder.name)
def test_a_second_correct_answer_earns_every_point(launcher, answer):
    options = Options(submission=answer, database=os.environ.get("HOOKLAB_DATABASE_URL"))
    card = grade(COURSE, [slug_of(answer)], options, launcher=launcher)
    lost = [
        f"{check.id}: {check.message}"
        for check in card.exercises[0].checks
        if check.outcome != "earned"
    ]
    assert not lost, "\n".join(lost)


def test_there_are_answers():
    assert ANSWERS
