"""What a rubric must be like, and what is said of one that is not."""

import re

import pytest

from hooklab import rubric, texts
from hooklab.errors import HooklabError

TEXT = '{ en = "A", fr = "B" }'
HINTS = f"hints = [{TEXT}, {TEXT}, {TEXT}]"
CRITERION = f'[[criterion]]\nid = "c"\ntitle = {TEXT}\npoints = 1\n'
LEVEL = f"[[criterion.level]]\npoints = 1\ntitle = {TEXT}\ndescription = {TEXT}\n"


def check(id_: str = "a", points: object = 1, more: str = "", hints: str = HINTS) -> str:
    return (
        f'[[criterion.check]]\nid = "{id_}"\ntitle = {TEXT}\npoints = {points}\n'
        f"look = {TEXT}\n{hints}\n{more}\n"
    )


@pytest.fixture
def load(tmp_path):
    def load_(text: str, *tests: str) -> rubric.Rubric:
        folder = tmp_path / "sample"
        folder.mkdir()
        (folder / "rubric.toml").write_text(text, encoding="utf-8")
        source = "\n\n".join(f"def test_{name}(lab):\n    pass" for name in tests)
        (folder / "test_sample.py").write_text(source, encoding="utf-8")
        return rubric.load(folder)

    return load_


def test_a_rubric_keeps_its_order_and_adds_up(load):
    found = load(
        CRITERION.replace("points = 1", "points = 2.5")
        + check("z", 2)
        + check("a", 0.5, 'needs = ["z"]')
        + f'[[criterion]]\nid = "r"\ntitle = {TEXT}\npoints = 1\n'
        + LEVEL
        + LEVEL.replace("points = 1", "points = 0"),
        "a",
        "z",
    )
    assert list(found.checks) == ["z", "a"]
    assert found.points == 3.5
    assert [criterion.kind for criterion in found.criteria] == ["auto", "reviewed"]
    assert found.checks["a"].needs == ("z",)
    assert found.criteria[1].levels[1].points == 0


def test_checks_and_a_reviewer_can_share_a_criterion(load):
    (shared,) = load(
        CRITERION.replace("points = 1", "points = 2.5") + check(points=1.5) + LEVEL, "a"
    ).criteria
    assert (shared.points, shared.reviewed_points, shared.kind) == (2.5, 1, "reviewed")


REFUSED = {
    "not TOML": ("[[criterion", [], "is not valid TOML"),
    "empty": ("", [], "it has no criterion"),
    "unknown key": ('colour = "red"\n' + CRITERION + check(), ["a"], "unknown key “colour”"),
    "unknown key in a check": (CRITERION + check(more="hint = 1"), ["a"], "unknown key “hint”"),
    "a table that is none": ("criterion = [1]", [], "“criterion” is 1"),
    "no id": (CRITERION.replace('id = "c"\n', "") + check(), ["a"], "“id” is missing"),
    "an id that is a number": (
        CRITERION.replace('"c"', "7") + check(),
        ["a"],
        "“id” is 7",
    ),
    "points of zero": (CRITERION + check(points=0), ["a"], "“points” is 0"),
    "points of a third": (CRITERION + check(points=0.3), ["a"], "“points” is 0.3"),
    "points that are true": (CRITERION + check(points="true"), ["a"], "“points” is True"),
    "points that are a text": (CRITERION + check(points='"1"'), ["a"], "“points” is '1'"),
    "sums that differ": (CRITERION + check(points=1.5), ["a"], "add up to 1.5, its points are 1"),
    "no checks, no levels": (CRITERION, [], "checks or levels"),
    "a level beside checks that leave no points": (
        CRITERION + check() + LEVEL,
        ["a"],
        "its best level is not worth its 0 points",
    ),
    "checks and levels that leave points": (
        CRITERION.replace("points = 1", "points = 3") + check() + LEVEL,
        ["a"],
        "its best level is not worth its 2 points",
    ),
    "a best level of less": (
        CRITERION + LEVEL.replace("points = 1", "points = 0.5"),
        [],
        "its best level is not worth its 1 points",
    ),
    "a language is missing": (
        CRITERION + check(hints=HINTS.replace(TEXT, '{ en = "A" }', 1)),
        ["a"],
        "“fr” is missing",
    ),
    "a language too many": (
        CRITERION.replace(TEXT, '{ en = "A", fr = "B", de = "C" }') + check(),
        ["a"],
        "unknown key “de”",
    ),
    "an empty text": (
        CRITERION.replace(TEXT, '{ en = "A", fr = " " }') + check(),
        ["a"],
        "the text “fr” is empty",
    ),
    "two hints": (CRITERION + check(hints=f"hints = [{TEXT}, {TEXT}]"), ["a"], "it has 2 hints"),
    "an id twice": (
        CRITERION.replace("points = 1", "points = 2") + check() + check(),
        ["a"],
        "the id “a” stands there twice",
    ),
    "a criterion twice": (
        CRITERION + check("a") + CRITERION + check("b"),
        ["a", "b"],
        "the id “c” stands there twice",
    ),
    "needs nothing known": (
        CRITERION + check(more='needs = ["ghost"]'),
        ["a"],
        "check “a” needs “ghost”, which does not come before it",
    ),
    "needs itself": (CRITERION + check(more='needs = ["a"]'), ["a"], "needs “a”"),
    "a check without a test": (CRITERION + check(), [], "check “a” has no test"),
    "a test without a check": (CRITERION + check(), ["a", "b"], "the test test_b has no check"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_broken_rubric_is_refused(load, case, language):
    texts.use(language)
    text, tests, said = REFUSED[case]
    with pytest.raises(HooklabError, match=re.escape(said) if language == "en" else ".") as caught:
        load(text, *tests)
    assert "rubric.toml" in caught.value.what
    assert caught.value.hint


def test_a_missing_rubric_is_refused(tmp_path):
    with pytest.raises(HooklabError, match=r"rubric.toml does not exist"):
        rubric.load(tmp_path)


def test_a_broken_rubric_stops_the_grading_with_its_own_words(sample):
    sample.write("def test_a(lab):\n    pass\n", "a", "b")
    with pytest.raises(HooklabError, match="check “b” has no test"):
        sample.grade()


def test_parametrized_and_helper_functions_are_not_tests_of_their_own(tmp_path):
    (tmp_path / "test_a.py").write_text(
        "def helper(): pass\n\nclass test_not: pass\n\ndef test_a(lab): pass\n", encoding="utf-8"
    )
    assert rubric.test_names(tmp_path) == {"test_a"}
