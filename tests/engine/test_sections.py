"""The sections of an exercise are named as the answer has them: open with a place, done by name."""

import ast
import shutil

import pytest

from hooklab import catalogue, texts
from hooklab.grading.advice.code import Code, read_code
from hooklab.grading.advice.sections import Sections, numbers_in, written_in
from hooklab.grading.options import Options
from hooklab.grading.run import grade

SOLUTION = """
def one():
    # answer 1: begin.
    return 1

def two():
    # answer 2, first half: go on.
    return 2

class Three:
    def method(self):
        # answer 2, second half: end.
        return 3

# answer 9: no function.
NINE = 9
"""


def sections(tmp_path, answer):
    (tmp_path / "work.py").write_text(SOLUTION)
    return Sections(Code({"work.py": ast.parse(answer)}), tmp_path)


def open_todo(name, number):
    return (
        f'def {name}():\n    raise NotImplementedError("{name}(): TODO {number} is still open")\n'
    )


@pytest.mark.parametrize(
    ("look", "numbers"),
    [
        ("TODO 3 in a.py; lesson 4, “TODO 5”", [3]),
        ("TODO 1 and TODO 2 in a.py; module 2", [1, 2]),
        ("TODO 3, 4 and 5 in b2.py and c.py; x", [3, 4, 5]),
        ("TODO 1 à 4 ; page", [1, 2, 3, 4]),
        ("TODO 2\N{EN DASH}3 in a.py", [2, 3]),
        ("the page, TODO 1", []),
    ],
)
def test_the_numbers_stand_at_the_beginning(look, numbers):
    assert numbers_in(look) == numbers


def test_the_functions_of_a_todo_are_read_from_the_solution(tmp_path):
    (tmp_path / "work.py").write_text(SOLUTION)
    assert written_in(tmp_path) == {
        1: [("work.py", "one")],
        2: [("work.py", "two"), ("work.py", "method")],
    }
    assert written_in(tmp_path / "missing") == {}


def test_the_lowest_that_is_open_is_named_with_its_place(tmp_path):
    found = sections(tmp_path, "\n" + open_todo("two", 2) + open_todo("one", 1))
    assert found.name("TODO 1 and TODO 2 in work.py; lesson") == "TODO 1 (work.py:5); lesson"
    assert found.name("TODO 2 in work.py; lesson") == "TODO 2 (work.py:3); lesson"


def test_one_that_is_done_is_called_by_its_functions(tmp_path):
    found = sections(tmp_path, "def one(): pass\ndef two(): pass\ndef method(): pass\n")
    assert found.name("TODO 1 in work.py; lesson") == "one() (work.py:1); lesson"
    assert found.name("TODO 2 in work.py ; leçon") == "two(), method() (work.py:2) ; leçon"
    assert found.name("TODO 1 to 2") == "one(), two(), method() (work.py:1)"
    # Nothing is known of these.
    for look in ("TODO 9 in work.py; lesson", "the page, “TODO 1”", "TODO 7"):
        assert found.name(look) == look


def test_many_functions_are_called_by_their_file(tmp_path, monkeypatch):
    monkeypatch.setattr("hooklab.grading.advice.sections.MOST_NAMED", 2)
    found = sections(tmp_path, "def one(): pass\ndef two(): pass\ndef method(): pass\n")
    assert found.name("TODO 1 and 2 in work.py; lesson") == "work.py; lesson"


def test_an_answer_of_another_shape_keeps_the_rubrics_words(tmp_path):
    found = sections(tmp_path, "def mine(): pass\n")
    assert found.name("TODO 1 in work.py; lesson") == "TODO 1 in work.py; lesson"


def test_the_part_that_stopped_the_app_is_the_one_that_is_named(tmp_path):
    found = sections(tmp_path, open_todo("two", 2) + open_todo("three", 2))
    traceback = (
        'Traceback (most recent call last):\n  File "work.py", line 4, in three\n    raise …\n'
        "NotImplementedError: three(): TODO 2 is still open"
    )
    assert found.tell_open(traceback) == ("TODO 2 is still open (NotImplementedError): work.py:4")
    assert "work.py:2" in found.tell_open(traceback.replace("line 4", "line 40"))
    assert found.tell_open(traceback.replace("TODO 2", "TODO 3")) == ""


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_learner_is_led_from_one_todo_to_the_next(own_toy, launcher, monkeypatch, language):
    monkeypatch.chdir(own_toy.root)
    texts.use(language)
    members = own_toy.skeleton("ledger") / "members.py"
    skeleton = members.read_text(encoding="utf-8")
    assert hints(own_toy, launcher)["a_signup_is_stored"] == place_of_todo(1, skeleton)
    solved = (own_toy.solution("ledger") / "members.py").read_text(encoding="utf-8")
    half = solved[: solved.index("def greet_all")] + skeleton[skeleton.index("def greet_all") :]
    members.write_text(half, encoding="utf-8")
    assert hints(own_toy, launcher)["cron_greets_once"] == place_of_todo(2, half)


def place_of_todo(number, text):
    line = text[: text.index(f"TODO {number} is still open")].count("\n") + 1
    return f"TODO {number} (exercises/ledger/members.py:{line})"


def test_a_done_todo_of_the_toy_is_named_by_its_function(own_toy, launcher, monkeypatch):
    monkeypatch.chdir(own_toy.root)
    shutil.rmtree(own_toy.skeleton("knock"))
    shutil.copytree(own_toy.solution("knock"), own_toy.skeleton("knock"))
    greeting = own_toy.skeleton("knock") / "greeting.py"
    greeting.write_text('def greet(name: str) -> str:\n    return "Hello"\n')
    hint = hints(own_toy, launcher, "knock")["it_greets_by_name"]
    assert hint == "greet() (exercises/knock/greeting.py:1)"


def hints(course: catalogue.Course, launcher, slug="ledger"):
    card = grade(course, [slug], Options(), launcher=launcher)
    return {check.id: check.hint for check in card.exercises[0].checks}


def test_files_are_called_from_where_the_learner_stands(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text(open_todo("one", 1))
    monkeypatch.chdir(tmp_path)
    assert Sections(read_code(tmp_path)).name("TODO 1; x") == "TODO 1 (a.py:2); x"
