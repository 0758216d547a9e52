"""What a statement promises names the checks that hold it."""

from textwrap import dedent

import pytest

from hooklab import catalogue, rubric
from hooklab.authoring import promises, tried_settings
from hooklab.authoring.tried_settings import Values
from hooklab.pages.markers import fill


def read(text):
    return [
        (each.says, each.held_by or each.ungraded or each.explains)
        for each in promises.read(dedent(text))
    ]


CASES = {
    "a mark is about all that is before it": (
        "One. Two. <!-- held by: a, b --> Three. <!-- held by: c -->",
        [("One. Two.", ["a", "b"]), ("Three.", ["c"])],
    ),
    "marks in a row are about the same": (
        "One. <!-- held by: a --> <!-- held by: b -->",
        [("One.", ["a", "b"])],
    ),
    "what comes behind the last mark is open": (
        "One. <!-- held by: a --> Two.",
        [("One.", ["a"]), ("Two.", False)],
    ),
    "a mark on a line of its own": (
        "One.\n<!-- held by: a -->\n\nTwo.\n\n<!-- not graded: nobody sees it -->",
        [("One.", ["a"]), ("Two.", "nobody sees it")],
    ),
    "entries of a list": (
        "- One. <!-- held by: a -->\n- Two,\n  too.",
        [("One.", ["a"]), ("Two,\ntoo.", False)],
    ),
    "rows of a table, without its head": (
        "| x | y |\n| - | - |\n| 1 | 2 <!-- held by: a --> |\n| 3 | 4 |",
        [("1 | 2", ["a"]), ("3 | 4", False)],
    ),
    "a section that explains, up to the next heading": (
        "# One\n\n<!-- explains -->\n\nOne.\n\nTwo.\n\n## Three\n\nThree.",
        [("One.", True), ("Two.", True), ("Three.", False)],
    ),
    "a listing promises nothing": ("```sh\nhooklab grade\n```", []),
    "a reason is needed": ("One. <!-- not graded: -->", [("One.", False)]),
}


@pytest.mark.parametrize("name", CASES)
def test_marks_are_read(name):
    text, wanted = CASES[name]
    assert read(text) == wanted


@pytest.fixture
def knock(own_toy):
    """Change a page of `knock`; what is wrong now."""

    def change(old, new, language="en"):
        page = own_toy.root / f"course/{language}/exercises/knock.md"
        text = page.read_text(encoding="utf-8")
        assert old in text
        page.write_text(text.replace(old, new), encoding="utf-8")
        course = catalogue.load(own_toy.root)
        exercise = course.exercise("knock")
        return list(promises.faults(course, exercise, rubric.load(course.grader("knock"))))

    return change


def test_a_promise_that_nobody_holds_is_found(knock):
    (fault,) = knock("Behind the next door.", "Behind.\n\n## More\n\nThe app sings.")[:1]
    assert "“The app sings.”" in fault.what
    assert fault.place == "course/en/exercises/knock.md:24"


def test_a_check_that_nobody_has_promised_is_found(knock):
    (fault,) = knock("held by: it_answers", "explains")
    assert "“it_answers”" in fault.what


def test_a_check_that_does_not_exist_is_found(knock):
    (fault,) = knock("held by: it_answers", "held by: it_answers, it_sings")
    assert "“it_sings”" in fault.what
    assert fault.place.startswith("course/en/exercises/knock.md:")


def test_reviewed_points_are_promised_too(knock):
    (fault,) = knock("held by: reasons", "explains")
    assert "“reasons”" in fault.what


@pytest.mark.parametrize("new", ["", "Une autre.\n\n| qui frappe"])
def test_a_page_of_another_shape_is_found(knock, new):
    (fault,) = knock("| qui frappe", new, language="fr")
    assert fault.place == "course/fr/exercises/knock.md:7"


def test_no_reader_sees_a_mark(own_toy):
    page = own_toy.root / "course/en/exercises/knock.md"
    shown = fill(own_toy, page.read_text(encoding="utf-8"))
    assert "<!--" not in shown
    assert "`GET /knock` gets a 200. The name" in shown
    assert "| nobody | 4xx |" in shown


STARTS = {
    "another value": ([{"A": "1"}, {"A": "2"}], True),
    "the same value": ([{"A": "1"}, {"A": "1"}], False),
    "once none": ([{"A": "1"}, {}], True),
    "at first none": ([{}, {"A": "1"}], True),
    "never": ([{}, {}], False),
    "one start": ([{"A": "1"}], False),
}


@pytest.mark.parametrize("name", STARTS)
def test_values_vary(name):
    starts, vary = STARTS[name]
    values = Values()
    for environment in starts:
        values.add(environment)
    assert ("A" in values.changed) is vary


def test_a_setting_that_no_check_changes_is_found(knock, own_toy):
    knock(
        "Say why,",
        "`DATABASE_URL` says where, `MAIL_FROM` from whom, `NO_SETTING` nothing.\nSay why,",
    )
    course = catalogue.load(own_toy.root)
    exercise = course.exercise("knock")
    assert tried_settings.named(course, exercise) == ["DATABASE_URL", "MAIL_FROM"]
    values = Values()
    for number in "12":
        values.add({"DATABASE_URL": f"sqlite:///{number}"})
    (fault,) = tried_settings.faults(course, exercise, values.changed)
    assert "MAIL_FROM" in fault.what
