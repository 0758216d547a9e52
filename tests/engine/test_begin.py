"""A run that waits for the answer: the checks are read before, and nothing of the answer is."""

import shutil

import pytest

from hooklab.errors import HooklabError, NotBegun
from hooklab.grading.options import Options
from hooklab.grading.run import grade


@pytest.fixture
def run(own_toy, launcher):
    def grade_after(pause, slug: str = "knock"):
        return grade(own_toy, [slug], Options(), launcher=launcher, begin=pause)

    return grade_after


def test_what_is_graded_is_the_answer_after_the_pause(own_toy, run):
    def pause() -> bool:
        shutil.copytree(own_toy.solution("knock"), own_toy.skeleton("knock"), dirs_exist_ok=True)
        return True

    assert run(pause).earned == 2.5


def test_an_answer_that_is_not_awaited_any_more_is_not_even_started(own_toy, run, tmp_path):
    witness = tmp_path / "started"
    (own_toy.skeleton("knock") / "app.py").write_text(f"open({str(witness)!r}, 'w')")
    with pytest.raises(NotBegun):
        run(lambda: False)
    assert not witness.exists()


@pytest.mark.parametrize(
    "name",
    ["knock/test_knock.py", "knock/rubric.toml", "course.toml", "knock/helpers/people.py"],
)
def test_a_grader_that_changed_in_the_pause_does_not_grade(own_toy, run, name):
    helpers = own_toy.grader("knock") / "helpers"
    helpers.mkdir()
    for file in ("__init__.py", "people.py"):
        (helpers / file).write_text('"""What the checks share."""\n')

    def pause() -> bool:
        file = own_toy.root / "graders" / name
        file.write_text(file.read_text() + "\n")
        return True

    with pytest.raises(NotBegun):
        run(pause)


def test_another_exercises_grader_may_change(own_toy, run):
    def pause() -> bool:
        (own_toy.grader("ledger") / "rubric.toml").write_text("")
        return True

    assert run(pause).points == 4


def test_nobody_waits_for_a_grader_that_cannot_be_read(own_toy, run):
    (own_toy.grader("knock") / "test_knock.py").write_text(
        (own_toy.grader("knock") / "test_knock.py").read_text() + "\nimport nowhere\n"
    )

    def pause() -> bool:
        raise AssertionError("this waits")

    with pytest.raises(HooklabError, match="cannot be run"):
        run(pause)


def test_ctrl_c_in_the_pause_ends_the_run(run):
    def pause() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(pause)
