"""A wrong answer is graded on the checks that run a line that differs, and on no more."""

from textwrap import dedent

import pytest

from hooklab.authoring.reach import reached, touched_lines

BEFORE = dedent("""
    import time

    LIMIT = 3


    def first(items):
        if not items:
            return None
        for item in items:
            if item.ready:
                use(item)
        return items[0]


    class Box:
        size = 1

        def grow(self):
            self.size += 1
            return self


    def make(settings):
        app = App()

        @app.get("/")
        def home():
            one = 1
            return one

        return app
""").lstrip()


def line(text):
    """The number of the line that is `text`."""
    return [each.strip() for each in BEFORE.splitlines()].index(text) + 1


def changed(old, new):
    assert BEFORE.count(old) == 1
    return touched_lines(BEFORE, BEFORE.replace(old, new))


def test_a_statement_that_differs_is_reached_by_itself():
    assert changed("return None", "return 0") == {line("return None")}
    assert changed("if item.ready:", "if not item.ready:") == {line("if item.ready:")}
    assert changed("            use(item)\n", "            pass\n") == {line("use(item)")}


def test_of_a_statement_of_several_lines_any_may_run():
    text = "def f():\n    return call(\n        1,\n        2,\n    )\n"
    assert touched_lines(text, text.replace("2", "3")) == {2, 3, 4, 5}


def test_something_new_is_reached_where_what_follows_it_is():
    assert changed("    for item", "    items = sort(items)\n    for item") == {
        line("for item in items:")
    }


def test_something_new_at_the_end_may_run_without_the_line_before_it():
    text = "def f():\n    if a:\n        x()\n"
    assert touched_lines(text, text + "    y()\n") == {2, 3}


def test_something_further_out_may_run_without_the_line_that_it_replaces():
    text = "def f():\n    if a:\n        x()\n    z()\n"
    assert touched_lines(text, text.replace("        x()", "        pass\n    x()")) == {2, 3, 4}


def test_a_line_that_belongs_to_no_statement_counts_for_its_function():
    text = "def f():\n    if a:\n        x()\n    else:\n        y()\n"
    assert touched_lines(text, text.replace("    else:\n        y()", "    y()")) >= {2, 3, 5}


def test_what_goes_away_is_reached_where_it_stood():
    assert changed("        if item.ready:\n            use(item)\n", "        pass\n") == {
        line("if item.ready:"),
        line("use(item)"),
    }


def test_a_method_is_reached_when_it_runs():
    assert changed("self.size += 1", "self.size += 2") == {line("self.size += 1")}


def test_a_nested_function_is_reached_when_it_runs_and_not_when_it_is_made():
    assert changed("one = 1", "one = 2") == {line("one = 1")}
    assert line("def home():") in changed("def home():", "def home(name):")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("size = 1", "size = 2"),
        ("def first(items):", "def first(items=()):"),
        ("def make(", "def more():\n    return 1\n\n\ndef make("),
        ("class Box:", "class Box(Base):"),
    ],
)
def test_what_stands_outside_of_functions_runs_at_every_start(old, new):
    assert changed(old, new) is None


def test_an_answer_that_is_no_python_may_differ_everywhere():
    assert touched_lines(BEFORE, BEFORE + "def\n") is None


def test_comments_and_blank_lines_make_no_difference():
    assert changed("LIMIT = 3\n", "# How many.\n\nLIMIT = 3\n") == set()


def test_an_import_changes_what_uses_its_names():
    assert changed("import time\n", "import time, json\n") == set()
    assert changed("import time\n", "") == set()
    text = "from a import f, g\n\n\ndef one():\n    return f()\n\n\ndef two():\n    return g()\n"
    assert touched_lines(text, text.replace("from a import f, g", "from a import f")) == {9}
    assert touched_lines(text, text.replace("a import f, g", "a import g\nfrom b import f")) == {5}
    assert touched_lines(text, "import f\n" + text) == set()
    used_at_once = f"{text}\n\nTABLE = f()\n"
    assert touched_lines(used_at_once, used_at_once.replace("from a", "from b")) is None


def test_the_checks_that_ran_such_a_line_are_chosen(tmp_path):
    solution, answer = tmp_path / "solution", tmp_path / "answer"
    for folder, text in ((solution, BEFORE), (answer, BEFORE.replace("return None", "return 0"))):
        folder.mkdir()
        (folder / "app.py").write_text(text)
        (folder / "page.css").write_text("")
    lines = {
        "empty": {"app.py": {line("return None")}},
        "full": {"app.py": {line("use(item)")}, "other.py": {line("return None")}},
    }
    assert reached(lines, solution, answer, {"app.py"}) == {"empty"}
    assert reached(lines, solution, answer, {"app.py", "page.css"}) is None
    assert reached(lines, solution, answer, {"new.py"}) is None
