"""Each scenario of module 4 opens with what everyone writes first, and asks what it loses."""

import re
import tomllib
from pathlib import Path

import pytest

from hooklab import catalogue, texts

ROOT = Path(__file__).parents[2]
MODULE = 4
SCENARIOS = [
    exercise
    for module in catalogue.load(ROOT).modules
    if module.number == MODULE
    for exercise in module.exercises
]
FILE = "graders/{slug}/others/a_literal_translation/app.py"
DOZEN = range(10, 26)


def opening(page: str, language: str) -> str:
    text = (ROOT / "course" / language / page).read_text(encoding="utf-8")
    return re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0]


def first_version(slug: str) -> str:
    text = (ROOT / FILE.format(slug=slug)).read_text(encoding="utf-8")
    return re.search(r"\[start:first_version\]\n(.*?)\n *# --8<-- \[end", text, re.DOTALL)[1]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("exercise", SCENARIOS, ids=lambda exercise: exercise.slug)
def test_a_scenario_opens_with_its_first_version_and_a_question(exercise, language):
    text = opening(exercise.lessons[0], language)
    listing = f'--8<-- "{FILE.format(slug=exercise.slug)}:first_version"'
    # The table of failures, which comes after both, would answer the question.
    places = [text.find(each) for each in (listing, "<quiz>", "</quiz>", "\n| :--")]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("exercise", SCENARIOS, ids=lambda exercise: exercise.slug)
def test_every_line_that_is_offered_stands_in_the_listing(exercise, language):
    code = first_version(exercise.slug)
    choices = re.findall(
        r"^- \[([x ])\] (.*)$", opening(exercise.lessons[0], language), re.MULTILINE
    )
    assert sorted(mark for mark, _choice in choices) == [" ", " ", "x"]
    for _mark, choice in choices:
        # "(…)" and a "…" at the end stand for the rest of the line.
        quoted = re.search(r"`(.+?)[(…)]*`", choice)[1]
        assert quoted in code, choice


@pytest.mark.parametrize("exercise", SCENARIOS, ids=lambda exercise: exercise.slug)
def test_a_first_version_is_short_and_known_to_be_wrong(exercise):
    assert first_version(exercise.slug).count("\n") + 1 in DOZEN
    folder = (ROOT / FILE.format(slug=exercise.slug)).parent
    assert tomllib.loads(folder.with_suffix(".toml").read_text(encoding="utf-8"))["loses"]
