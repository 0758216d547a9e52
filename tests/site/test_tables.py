"""Tables and menu, computed from a small catalogue and a small rubric."""

from dataclasses import replace

import pytest

from hooklab import texts
from hooklab.catalogue import Course, Exercise, Module
from hooklab.errors import HooklabError
from hooklab.pages.rubric_table import rubric_table
from hooklab.rubric import Check, Criterion, Level, Rubric
from hooklab.site.navigation import course_map, menu
from hooklab.texts import number

PAGE = "exercises/knock.md"


def both(text: str) -> dict[str, str]:
    return {"en": text, "fr": f"{text} (fr)"}


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def course(tmp_path) -> Course:
    pages = {
        "module-1-door.md": "# Doors\n\n**10 minutes to read.**\n",
        "lessons/bells.md": "# Bells\n\n**8 minutes to read.**\n",
        "lessons/hands.md": "# Hands\n\n**7 minutes to read.**\n",
    }
    for name, text in pages.items():
        path = tmp_path / "course/en" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    knock = Exercise("knock", both("Knock"), minutes=15, points=2.5, assessment=True, page=PAGE)
    door = Module(1, both("The door"), "module-1-door.md", (knock,))
    return Course(tmp_path, (door,))


def test_the_menu_has_a_section_for_each_module(course):
    assert menu(course) == [{"1. The door": ["module-1-door.md", {"Exercise: Knock": PAGE}]}]


def test_the_menu_speaks_french(course):
    texts.use("fr")
    entries = ["module-1-door.md", {"Exercice\N{NO-BREAK SPACE}: Knock (fr)": PAGE}]
    assert menu(course) == [{"1. The door (fr)": entries}]


def test_the_map_links_pages_from_where_it_stands(course):
    row = "[Exercise: Knock]({link}) | 15 | 2.5 ★ |"
    assert row.format(link=PAGE) in course_map(course, ".")
    assert row.format(link="knock.md") in course_map(course, "exercises")


def test_the_map_adds_up_what_its_pages_and_exercises_take(course):
    assert course_map(course, ".").splitlines()[-2:] == [
        "| **The whole course** | **0 h 25** | **2.5** |",
        "| **The final assessment (★)** | **0 h 15** | **2.5** |",
    ]


def test_a_page_that_does_not_tell_its_minutes_is_refused(course):
    (course.root / "course/en/module-1-door.md").write_text("# Doors\n\nLong.\n", "utf-8")
    with pytest.raises(HooklabError, match=r"module-1-door\.md does not say how many minutes"):
        course_map(course, ".")


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


def test_lessons_stand_before_their_exercise(course):
    (module,) = course.modules
    (knock,) = module.exercises
    lessons = ("lessons/bells.md", "lessons/hands.md")
    taught = replace(knock, lessons=lessons)
    course = replace(course, modules=(replace(module, exercises=(taught,)),))
    exercise = {"Exercise: Knock": PAGE}
    assert menu(course) == [{"1. The door": ["module-1-door.md", *lessons, exercise]}]
    rows = course_map(course, "exercises").splitlines()
    assert rows[3:6] == [
        "| [Bells](../lessons/bells.md) | 8 |  |",
        "| [Hands](../lessons/hands.md) | 7 |  |",
        "| [Exercise: Knock](knock.md) | 15 | 2.5 ★ |",
    ]
    assert "**0 h 40**" in rows[-2]
