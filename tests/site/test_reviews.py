"""The pages that walk through solutions tell of every answer, and exercises say when to look."""

import re
from pathlib import Path

import pytest

from hooklab import catalogue, texts
from hooklab.errors import HooklabError
from hooklab.pages.markers import fill
from hooklab.pages.review_page import review
from hooklab.walks import FILE, pages

ROOT = Path(__file__).parents[2]
COURSE = catalogue.load(ROOT)
WITH_TODOS = [
    exercise
    for exercise in COURSE.exercises
    if any(
        "# answer" in path.read_text("utf-8")
        for path in COURSE.solution(exercise.slug).rglob("*.py")
    )
]
each_exercise = pytest.mark.parametrize("exercise", WITH_TODOS, ids=lambda each: each.slug)


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.use("en")


def test_every_exercise_with_todos_has_a_page():
    assert pages(COURSE) == [f"reviews/{exercise.slug}.md" for exercise in WITH_TODOS]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@each_exercise
def test_a_page_walks_through_every_todo_of_the_skeleton(exercise, language):
    texts.use(language)
    skeleton = "".join(
        path.read_text(encoding="utf-8") for path in COURSE.skeleton(exercise.slug).rglob("*.py")
    )
    page = ROOT / "course" / language / "reviews" / f"{exercise.slug}.md"
    told = fill(COURSE, page.read_text(encoding="utf-8"))
    numbers = [int(number) for number in re.findall(r"^## TODO (\d+)$", told, re.MULTILINE)]
    assert numbers == sorted(set(map(int, re.findall(r"# TODO (\d+)", skeleton))))
    assert told.count("```python\n") >= len(numbers)
    # Markers are for authors.
    assert "# answer" not in told


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_model_of_a_written_answer_names_the_level_that_it_reaches(language):
    texts.use(language)
    told = review(COURSE, "migration")
    model = COURSE.solution("migration") / "PLAN.md"
    title = model.read_text(encoding="utf-8").partition("\n")[0]
    level = {
        "en": "Someone else could carry it out** (10)",
        "fr": "Quelqu\u2019un d\u2019autre pourrait l\u2019exécuter** (10)",
    }
    assert level[language].replace("**", "") in told
    assert f"\n##{title}\n" in told


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda each: each.slug)
def test_an_exercise_says_where_its_solution_is_and_when_to_look(exercise, language):
    text = (ROOT / "course" / language / exercise.page).read_text(encoding="utf-8")
    last = text.split("\n## ")[-1]
    assert f"`solutions/{exercise.slug}/`" in last
    assert (f"../reviews/{exercise.slug}.md" in last) == (exercise in WITH_TODOS)


def test_an_answer_that_nothing_is_told_of_is_refused_by_name(tmp_path):
    for room in ("graders", "solutions"):
        (tmp_path / room).symlink_to(ROOT / room)
    (tmp_path / FILE).parent.mkdir(parents=True)
    text = (ROOT / FILE).read_text(encoding="utf-8")
    start = text.index("[welcome_email]")
    (tmp_path / FILE).write_text(
        text[:start] + text[start:].replace("3.en", "30.en", 1).replace("3.fr", "30.fr", 1), "utf-8"
    )
    with pytest.raises(HooklabError, match="welcome_email"):
        review(catalogue.load(tmp_path), "welcome_email")
