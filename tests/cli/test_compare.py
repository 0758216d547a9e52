"""`hooklab compare` shows an answer beside the solution, one TODO after the other."""

from pathlib import Path

from hooklab import catalogue
from hooklab.cli.compare import differences


def found(course, slug):
    here = catalogue.load(course)
    return [(each.number, each.place, each.file) for each in differences(here, slug)]


def test_who_has_not_earned_everything_has_to_ask_twice(course, hooklab):
    code, out, _err = hooklab("compare", "knock")
    assert code == 0
    assert "Not every check is earned yet" in out
    assert "+" not in out
    code, out, _err = hooklab("compare", "knock")
    assert '-    raise NotImplementedError("greet(): TODO 1 is still open, in greeting.py")' in out
    assert '+    return f"Hello {name}"' in out
    # Once asked for, it stays open; another exercise does not.
    assert "+" in hooklab("compare", "knock")[1]
    assert "+" not in hooklab("compare", "ledger")[1]


def test_at_full_marks_it_is_shown_at_once_and_in_french(course, hooklab, solve):
    solve("knock")
    greeting = Path("exercises/knock/greeting.py")
    greeting.write_text(greeting.read_text().replace('f"Hello {name}"', '"Hi " + name'))
    hooklab("grade", "knock")
    _code, out, _err = hooklab("compare", "knock", "--lang", "fr")
    assert "TODO 1 · greet · exercises/knock/greeting.py" in out
    assert '-    return "Hi " + name' in out
    assert "- vous, + la solution" in out


def test_the_same_text_is_said_to_be_the_same(course, hooklab, solve):
    solve("knock")
    # The markers for authors are no part of what a learner sees.
    greeting = Path("exercises/knock/greeting.py")
    lines = greeting.read_text().splitlines(keepends=True)
    greeting.write_text("".join(line for line in lines if "# answer" not in line))
    hooklab("grade", "knock")
    assert "word for word" in hooklab("compare", "knock")[1]


def test_every_todo_has_its_own_part_and_the_lowest_comes_first(course):
    assert found(course, "ledger")[:2] == [
        (1, "save_member", "members.py"),
        (2, "greet_all", "members.py"),
    ]
    assert found(course, "knock") == [(1, "greet", "greeting.py"), (2, "", "answer.toml")]


def test_what_a_learner_wrote_beside_the_todos_comes_last(course, solve):
    solve("ledger")
    members = course / "exercises/ledger/members.py"
    members.write_text(members.read_text() + "\n\ndef helper():\n    return 1\n")
    *_todos, last = found(course, "ledger")
    assert last == (None, "", "members.py")


def test_text_that_is_no_python_is_compared_as_a_whole(course):
    (course / "exercises/knock/greeting.py").write_text("def greet(")
    assert (1, "greet", "greeting.py") in found(course, "knock")
    assert (None, "", "greeting.py") in found(course, "knock")


def test_an_unknown_exercise_is_a_clear_error(hooklab, course):
    code, _out, err = hooklab("compare", "knok")
    assert code == 2
    assert "knock" in err
