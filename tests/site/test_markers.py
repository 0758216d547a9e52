"""What a page asks for in a comment: filled in both languages, for the site and for a terminal."""

import pytest

from hooklab import texts
from hooklab.catalogue import Course
from hooklab.cli.pages import plain_page
from hooklab.doctor.causes import causes
from hooklab.errors import HooklabError
from hooklab.pages.markers import fill

FUNCTIONS = """
from hooklab.texts import pick

from .words import DOOR


def door(colour, *others):
    return f"{pick(DOOR)}: {' '.join((colour, *others))}"


def broken():
    return 1 / 0


def silent():
    pass


def _own():
    return "nobody's business"
"""


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def course(tmp_path) -> Course:
    folder = tmp_path / "graders" / "house"
    folder.mkdir(parents=True)
    (folder / "doors.py").write_text(FUNCTIONS, encoding="utf-8")
    (folder / "words.py").write_text('DOOR = {"en": "door", "fr": "porte"}\n', encoding="utf-8")
    (folder / "torn.py").write_text("def door(:\n", encoding="utf-8")
    return Course(tmp_path, ())


@pytest.mark.parametrize(("language", "said"), [("en", "door: red"), ("fr", "porte: red")])
def test_a_function_of_the_course_speaks_the_language_in_use(course, language, said):
    texts.use(language)
    assert fill(course, "<!-- computed: graders/house/doors.py:door red -->\n") == f"{said}\n"


def test_every_marker_is_filled_and_no_other_comment(course):
    page = """
<!-- computed: graders/house/doors.py:door red -->

<!-- a note -->

<!-- computed: graders/house/doors.py:door green old -->
"""
    assert fill(course, page).split("\n\n") == [
        "\ndoor: red",
        "<!-- a note -->",
        "door: green old\n",
    ]


def test_what_was_changed_is_shown_at_once(course):
    marker = "<!-- computed: graders/house/doors.py:door red -->"
    fill(course, marker)
    words = course.root / "graders/house/words.py"
    words.write_text('DOOR = {"en": "a garden gate"}\n', encoding="utf-8")
    assert fill(course, marker) == "a garden gate: red"
    functions = course.root / "graders/house/doors.py"
    functions.write_text("def door(colour):\n    return colour.upper()\n", encoding="utf-8")
    assert fill(course, marker) == "RED"


REFUSED = {
    "no function": ("graders/house/doors.py", "names no function", "file.py:function"),
    "a folder outside": ("../doors.py:door red", "names no function", "file.py:function"),
    "the machine's own file": ("/tmp/doors.py:door red", "names no function", "file.py:function"),
    "no such file": ("graders/garden.py:door red", "garden.py does not exist", "create it"),
    "no such function": ("graders/house/doors.py:gate", "no function “gate”", "broken, door, s"),
    "a private function": ("graders/house/doors.py:_own", "no function “_own”", "choose one of"),
    "a function of another": ("graders/house/doors.py:pick x", "no function “pick”", "choose one"),
    "too few arguments": ("graders/house/doors.py:door", "colour", "door(colour, *others)"),
    "too many arguments": ("graders/house/doors.py:broken x", "too many", "broken()"),
    "a function that fails": ("graders/house/doors.py:broken", "ZeroDivision", "correct graders"),
    "a function without a text": ("graders/house/doors.py:silent", "None is no text", "correct"),
    "a file that cannot be read": ("graders/house/torn.py:door red", "SyntaxError", "correct"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_call_that_is_wrong_is_refused_with_the_remedy(course, case):
    call, what, hint = REFUSED[case]
    with pytest.raises(HooklabError) as caught:
        fill(course, f"<!-- computed: {call} -->")
    assert what in caught.value.what
    assert hint in caught.value.hint


def test_a_refusal_of_the_function_itself_is_passed_on(course):
    (course.root / "graders/house/doors.py").write_text(
        "from hooklab.errors import HooklabError\n\n\n"
        "def door():\n    raise HooklabError('no door', 'build one')\n",
        encoding="utf-8",
    )
    with pytest.raises(HooklabError) as caught:
        fill(course, "<!-- computed: graders/house/doors.py:door -->")
    assert (caught.value.what, caught.value.hint) == ("no door", "build one")


def test_a_rubric_that_is_not_there_is_refused_by_name(course):
    with pytest.raises(HooklabError, match="knock"):
        fill(course, "<!-- rubric: knock -->")


@pytest.mark.parametrize(
    ("language", "symptom", "remedy"),
    [
        ("en", "## 405\n", "- **Remedy**: Declare the route with `@app.post`. [Read on](lessons/"),
        ("fr", "## 405\n", "- **Remède**\u00a0: Déclarez la route avec `@app.post`. [La suite"),
    ],
)
def test_the_doctors_causes_are_told_by_symptom(course, language, symptom, remedy):
    texts.use(language)
    told = fill(course, "<!-- doctor -->\n")
    assert f"\n{told}".count("\n## ") == len(causes())
    assert symptom in told
    assert remedy in told


def test_a_terminal_shows_the_same(course):
    page = course.root / "page.md"
    marker = "<!-- computed: graders/house/doors.py:door red -->"
    page.write_text(f"Before\n\n{marker}\n\n<!-- a note -->\nAfter\n", "utf-8")
    text = plain_page(course, page)
    assert "door: red" in text
    assert "<!--" not in text
