"""Tables and menu, computed from a small catalogue and a small rubric."""

from dataclasses import replace

import pytest

from hooklab import texts
from hooklab.catalogue import Course, Exercise, Module
from hooklab.pages.rubric_table import rubric_table
from hooklab.rubric import Check, Criterion, Level, Rubric
from hooklab.site.navigation import course_map, menu
from hooklab.texts import number


def both(text: str) -> dict[str, str]:
    return {"en": text, "fr": f"{text} (fr)"}


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def course(tmp_path) -> Course:
    page = "exercises/knock.md"
    knock = Exercise("knock", both("Knock"), minutes=15, points=2.5, assessment=True, page=page)
    door = Module(1, both("The door"), "module-1-door.md", (knock,))
    return Course(tmp_path, (door,))


def test_the_menu_has_a_section_for_each_module(course):
    assert menu(course) == [{"1. The door": ["module-1-door.md", "exercises/knock.md"]}]


def test_the_menu_speaks_french(course):
    texts.use("fr")
    assert menu(course) == [{"1. The door (fr)": ["module-1-door.md", "exercises/knock.md"]}]


def test_the_map_links_pages_from_where_it_stands(course):
    assert "[Knock](exercises/knock.md) | 15 | 2.5 ★ |" in course_map(course, ".")
    assert "[Knock](knock.md) | 15 | 2.5 ★ |" in course_map(course, "exercises")


def test_a_rubric_shows_criteria_checks_and_their_sum():
    check = Check("opens", both("It opens\nfor A|B"), 2.5, (), both(""), ())
    rubric = Rubric("knock", (Criterion("door", both("Door"), 2.5, (check,), ()),))
    assert rubric_table(rubric).splitlines()[2:] == [
        "| **Door** | **2.5** |",
        r"| It opens for A\|B | 2.5 |",
        "| **Total** | **2.5** |",
    ]


def test_a_reviewed_criterion_shows_its_levels():
    level = Level(3.0, both("Clear"), both("Every point is answered."))
    rubric = Rubric("plan", (Criterion("clarity", both("Clarity"), 3.0, (), (level,)),))
    assert "| *Clear*: Every point is answered. | 3 |" in rubric_table(rubric)


def test_french_numbers_have_a_comma():
    texts.use("fr")
    assert (number(0.5), number(20.0)) == ("0,5", "20")


def test_a_lesson_stands_before_its_exercise(course):
    (module,) = course.modules
    (knock,) = module.exercises
    taught = replace(knock, lesson="lessons/knock.md")
    course = replace(course, modules=(replace(module, exercises=(taught,)),))
    assert menu(course) == [
        {"1. The door": ["module-1-door.md", "lessons/knock.md", "exercises/knock.md"]}
    ]
    assert "[Knock](knock.md) ([lesson](../lessons/knock.md)) |" in course_map(course, "exercises")
