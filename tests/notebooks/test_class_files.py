"""The class of `class_results.ipynb`: its files are as the rubric and the known mistakes are."""

import csv
import json
import re
from pathlib import Path

import pytest

from hooklab import rubric

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks" / "class"
GRADER = ROOT / "graders" / "clerk_endpoint"
ANSWERS = sorted(FOLDER.glob("*.json"))
MISTAKES = re.findall(r"^\d+\. `(\w+)`$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def checks():
    criteria = rubric.load(GRADER).criteria
    return {check.title["en"]: check for criterion in criteria for check in criterion.checks}


def title(test: dict) -> str:
    return test["name"].split(" · ", 1)[1]


def test_there_is_a_file_for_each_mistake():
    assert [path.stem for path in ANSWERS] == [f"learner_{n:02}" for n in range(1, 13)]
    assert len(MISTAKES) == len(ANSWERS)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_an_answer_has_the_checks_of_the_rubric(path, checks):
    tests = json.loads(path.read_text("utf-8"))["tests"]
    found = {title(test): test["max_score"] for test in tests}
    assert found == {name: float(check.points) for name, check in checks.items()}


@pytest.mark.parametrize(("path", "mistake"), [*zip(ANSWERS, MISTAKES, strict=True)])
def test_an_answer_lost_what_its_mistake_loses(path, mistake, checks):
    patch = (GRADER / "mistakes" / f"{mistake}.patch").read_text("utf-8")
    tests = json.loads(path.read_text("utf-8"))["tests"]
    failed = {
        checks[title(test)].id
        for test in tests
        if test["score"] == 0 and "not_earned" in test["tags"]
    }
    assert failed == {*re.findall(r"^Loses: (\w+)", patch, re.MULTILINE)}


def test_the_table_of_marks_adds_up():
    with (FOLDER / "marks.csv").open(encoding="utf-8", newline="") as file:
        earned = {row["learner"]: float(row["earned"]) for row in csv.DictReader(file)}
    assert earned == {path.stem: json.loads(path.read_text("utf-8"))["score"] for path in ANSWERS}
