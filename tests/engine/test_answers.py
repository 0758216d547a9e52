"""Written answers are read by the grader, which believes nothing about them."""

import pytest

from hooklab.grading.answers import LARGEST_FILE, Answers
from hooklab.grading.failure import CheckFailed


def refusal(work) -> str:
    with pytest.raises(CheckFailed) as caught:
        work()
    return f"{caught.value.wanted} / {caught.value.happened}"


def test_a_table_and_a_text_are_read(tmp_path):
    (tmp_path / "costs.toml").write_text('name = "Zoë"\n', encoding="utf-8")
    answers = Answers(tmp_path)
    assert answers.toml("costs.toml") == {"name": "Zoë"}
    assert answers.text("costs.toml") == 'name = "Zoë"\n'


def test_a_missing_file_is_named(tmp_path):
    assert "PLAN.md" in refusal(lambda: Answers(tmp_path).text("PLAN.md"))


def test_a_mistake_in_the_toml_is_told_with_its_line(tmp_path):
    (tmp_path / "a.toml").write_text("one = 1\ntwo = \n", encoding="utf-8")
    assert "line 2" in refusal(lambda: Answers(tmp_path).toml("a.toml"))


@pytest.mark.parametrize(
    "data",
    [
        b"name = '\xff\xfe'",
        b"#" * (LARGEST_FILE + 1),
        b"a = " + b"[" * 20_000,
    ],
)
def test_a_file_that_is_no_answer_fails_and_does_no_harm(tmp_path, data):
    (tmp_path / "a.toml").write_bytes(data)
    assert refusal(lambda: Answers(tmp_path).toml("a.toml"))


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "secret.toml").write_text("key = 1", encoding="utf-8")
    (tmp_path / "a.toml").symlink_to(tmp_path / "secret.toml")
    assert refusal(lambda: Answers(tmp_path).toml("a.toml"))


def test_an_exercise_may_have_no_app_at_all(sample):
    (sample.answer / "app.py").unlink()
    (sample.answer / "plan.toml").write_text("cost = 20\n", encoding="utf-8")
    sample.write(
        """
        def test_right(answers):
            answers.require(answers.toml("plan.toml")["cost"] == 20, en="20", fr="20", got="?")

        def test_wrong(answers):
            cost = answers.toml("plan.toml")["cost"]
            answers.require(cost == 30, en="a cost of 30", fr="un coût de 30", got=cost)
        """,
        "right",
        "wrong",
    )
    results = sample.grade()
    assert results["right"].outcome == "earned"
    assert results["wrong"].outcome == "not_earned"
    assert "a cost of 30" in results["wrong"].message
    assert "20" in results["wrong"].message
