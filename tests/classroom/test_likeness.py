"""Answers that are much alike are named, whatever their names are; honest ones are not."""

import ast
import shutil
from itertools import combinations
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.authoring.folders import files
from hooklab.classroom.likeness import ALIKE, alike, runs

ROOT = Path(__file__).parents[2]


def read(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


class Renamer(ast.NodeTransformer):
    """Gives another name to every variable, parameter and function."""

    def visit_Name(self, node):
        node.id = f"my_{node.id}"
        return node

    def visit_arg(self, node):
        node.arg = f"my_{node.arg}"
        return self.generic_visit(node)

    def visit_FunctionDef(self, node):
        node.name = f"my_{node.name}"
        return self.generic_visit(node)


def renamed(answer: dict[str, bytes]) -> dict[str, bytes]:
    """The answer with other names, without its comments, and formatted otherwise."""
    return {
        name: ast.unparse(Renamer().visit(ast.parse(content))).encode()
        for name, content in answer.items()
        if name.endswith(".py")
    }


def padded(answer: dict[str, bytes], lines: bytes) -> dict[str, bytes]:
    return {name: content + lines for name, content in answer.items()}


COURSE = catalogue.load(ROOT)
CODE = [
    each.slug
    for each in COURSE.exercises
    if any(name.endswith("app.py") for name in files(COURSE.solution(each.slug)))
]


@pytest.mark.parametrize("slug", CODE)
def test_a_renamed_reference_is_named_and_honest_answers_are_not(slug):
    solution, skeleton = read(COURSE.solution(slug)), runs(read(COURSE.skeleton(slug)))
    others = {
        folder.name: runs(read(folder))
        for folder in (COURSE.grader(slug) / "others").glob("*")
        # Its code is the reference's, put together in another way.
        if (slug, folder.name) != ("monitoring", "a_literal_translation")
    }
    answers = {**others, "copy": runs(renamed(solution)), "untouched": skeleton}
    found = alike(slug, answers, skeleton, runs(solution))
    assert [(each.first, each.second) for each in found] == [("copy", "")]
    assert found[0].share > ALIKE
    own = {name: each - skeleton for name, each in others.items()}
    for first, second in combinations(own, 2):
        shared = len(own[first] & own[second])
        assert shared <= 0.15 * min(len(own[first]), len(own[second]))


def test_two_copies_of_one_answer_are_named_and_added_lines_hide_nothing():
    slug = "fraud_detection"
    skeleton, reference = (
        runs(read(folder)) for folder in (COURSE.skeleton(slug), COURSE.solution(slug))
    )
    ada = read(COURSE.grader(slug) / "others" / "in_one_file")
    more = b"\n\ndef unused(a):\n    return [b * 2 for b in a if b > 3 and b not in (7, 8)]\n" * 40
    answers = {
        "ada": runs(ada),
        "bob": runs(padded(renamed(ada), more)),
        "carol": runs(read(COURSE.grader(slug) / "others" / "a_literal_translation")),
    }
    [found] = alike(slug, answers, skeleton, reference)
    assert (found.first, found.second) == ("ada", "bob")
    assert 0.7 < found.share <= 1


def test_what_many_have_written_is_an_idiom_and_no_copy():
    answer = runs(read(COURSE.solution("fraud_detection")))
    everybody = {f"learner{number}": answer for number in range(30)}
    assert alike("fraud_detection", everybody, frozenset(), frozenset()) == []


def test_broken_code_is_read_all_the_same():
    broken = b"def f(:\n  'no end\n" + bytes(range(256)) + b"\nx = 1\n" * 40
    assert runs({"app.py": broken, "notes.md": b"x = 1\n" * 100})


def test_the_command_names_them_and_gives_the_same_points(class_, grade, course):
    shutil.copytree(ROOT / "solutions" / "welcome_email", course.solution("knock"), dirs_exist_ok=1)
    for learner, answer in (("ada", read(course.solution("knock"))), ("eve", {})):
        folder = class_.hand_in(f"{learner}/knock")
        for name, content in renamed(answer).items():
            (folder / name).parent.mkdir(exist_ok=True, parents=True)
            (folder / name).write_bytes(content + b"# good\n")
    code, out, _err = grade()
    assert (code, "knock: 2 graded\n" in out) == (0, True)
    assert "Much alike, whatever their names are" in out
    assert "  knock: ada and the reference, " in out
    assert "eve" not in out.replace("whatever", "")
    assert "semblables" in grade("--lang", "fr")[1]
