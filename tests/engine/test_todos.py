"""A TODO is open as long as its place is as the skeleton has it, and done once it is not."""

import pytest

from hooklab import todos

SKELETON = '''"""TODO 1, 2 and 3."""

# TODO 3: a longer time.
WAIT = 1


class Person:
    """Somebody."""

    # TODO 4: a name.
    table = ()

    def greet(self):
        """Say hello."""
        # TODO 1: greet.
        raise NotImplementedError("greet(): TODO 1 is still open, in app.py")


def add(one, two):
    # TODO 2: add.
    return 0
'''


def opened(answer, skeleton=SKELETON, file="app.py"):
    return [(todo.number, todo.line) for todo in todos.still_open(skeleton, answer, file)]


def test_every_place_of_the_skeleton_is_open_and_the_lowest_comes_first():
    assert opened(SKELETON) == [(1, 16), (2, 20), (3, 4), (4, 10)]
    assert todos.numbers(SKELETON, "app.py") == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (
            'raise NotImplementedError("greet(): TODO 1 is still open, in app.py")',
            "pass",
            {2, 3, 4},
        ),
        ("return 0", "return one + two", {1, 3, 4}),
        ("WAIT = 1", "WAIT = 60", {1, 2, 4}),
        ("table = ()", "table = (1,)", {1, 2, 3}),
        # The comment alone is no work, and neither is a blank line, a docstring or another name.
        ("        # TODO 1: greet.\n", "", {1, 2, 3, 4}),
        ('"""Say hello."""', '"""Say hello, and mean it."""\n', {1, 2, 3, 4}),
        ("raise NotImpl", "print(1)\n        raise NotImpl", {1, 2, 3, 4}),
        # Code that went elsewhere is not the skeleton's any more.
        ("def add(", "def plus(", {1, 3, 4}),
    ],
)
def test_what_is_written_there_closes_it(old, new, left):
    assert old in SKELETON
    assert {number for number, _line in opened(SKELETON.replace(old, new))} == left


def test_the_comment_may_stay():
    done = SKELETON.replace("return 0", "return one + two")
    assert "# TODO 2: add." in done
    assert 2 not in {number for number, _line in opened(done)}


def test_while_somebody_types_the_exceptions_are_looked_for():
    assert opened(SKELETON.replace("return 0", "return (")) == [(1, 16)]


@pytest.mark.parametrize("answer", ["", "\0", "(" * 10_000, "x = 1\n" * 3])
def test_no_text_is_a_fault(answer):
    assert opened(answer) == []


def test_a_form_is_open_where_an_answer_belongs():
    form = '# TODO 1: a number.\ncost = "TODO 1"\nplan = { one = "TODO 2", two = "TODO 2" }\n'
    assert opened(form, form, "form.toml") == [(1, 2), (2, 3), (2, 3)]
    assert opened(form.replace('"TODO 1"', "20"), form, "form.toml") == [(2, 3), (2, 3)]
